import { createNavigate } from './cookie-fetch.ts'
import { type PageForm, type PageView, readPage } from './html-document.ts'

/** A page that the browser stopped at. */
export interface Page extends PageView {
  readonly kind: 'page'
  readonly url: URL
  readonly status: number
}

/** The redirect to the client that ended a visit; the browser did not follow it. */
export interface Callback {
  readonly kind: 'callback'
  readonly url: URL
}

/** What the user of the browser types, ticks and presses. */
export interface FormEntry {
  /** Text fields by name; for checkboxes of one name, the values of those that are to be ticked. */
  readonly fields?: Readonly<Record<string, string | readonly string[]>> | undefined
  /** The label of the button to press. */
  readonly button: string
}

/** Who signs in, and what they answer on the consent page of the embedded server. */
export interface SignIn {
  readonly username: string
  readonly password: string
  /**
   * The scopes to leave ticked.
   * @defaultValue those that the page offers
   */
  readonly scopes?: readonly string[] | undefined
  /** @defaultValue `'allow'` */
  readonly decision?: 'allow' | 'deny' | undefined
}

/** Options of {@link createScriptedBrowser}. */
export interface ScriptedBrowserOptions {
  /** Makes the requests, such as one that records them. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/** A browser without a screen: cookies, redirects and forms. */
export interface ScriptedBrowser {
  /**
   * Opens a URL and follows its redirects, up to the one that leads to the `redirect_uri` that the
   * URL names.
   */
  open(url: string | URL): Promise<Page | Callback>
  /** Fills in the form that has the button, and presses it. */
  submit(page: Page, entry: FormEntry): Promise<Page | Callback>
  /**
   * Opens an authorization URL, signs in and answers the consent page of
   * {@link createTestAuthorizationServer}.
   *
   * @returns The URL that the client receives at its redirect URI, the error of a denial included.
   * @throws Error with the text of the page where it could not go on.
   */
  authorize(authorizationUrl: string | URL, signIn: SignIn): Promise<URL>
}

const MAX_REDIRECTS = 20
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * Creates a browser that a script drives, to go through the pages of an authorization server the
 * way a human would.
 *
 * It runs no script, loads no resources, and does NOT leave this machine: it refuses to open any
 * URL whose host is not a loopback address.
 *
 * @example
 * ```ts
 * const browser = createScriptedBrowser()
 * const callback = await browser.authorize(url, { username: 'alice', password: 'wonderland' })
 * await transport.finishAuth(callback.searchParams)
 * ```
 */
export function createScriptedBrowser(options: ScriptedBrowserOptions = {}): ScriptedBrowser {
  const navigate = createNavigate(options.fetch ?? globalThis.fetch)
  let redirectUri: URL | undefined

  const visit = async (start: URL, form?: URLSearchParams): Promise<Page | Callback> => {
    let url = start
    let response = await navigate(url, form)
    for (let count = 0; REDIRECTS.has(response.status); count += 1) {
      if (count === MAX_REDIRECTS) throw new Error('scripted browser: too many redirects')
      url = new URL(response.headers.get('location') ?? '', url)
      await response.body?.cancel()
      if (redirectUri !== undefined && leadsTo(redirectUri, url)) return { kind: 'callback', url }
      // Only 307 and 308 keep the method, and no authorization server answers a form with those.
      response = await navigate(url)
    }
    const view = await readPage(await response.text(), url)
    return { kind: 'page', url, status: response.status, ...view }
  }

  const open: ScriptedBrowser['open'] = (target) => {
    const url = new URL(target)
    const named = url.searchParams.get('redirect_uri')
    redirectUri = named === null ? undefined : new URL(named)
    return visit(url)
  }

  const submit: ScriptedBrowser['submit'] = (page, entry) => {
    const { action, method, body } = fillIn(page, entry)
    if (method === 'POST') return visit(action, body)
    return visit(new URL(`?${body}`, action))
  }

  return {
    open,
    submit,
    authorize: async (authorizationUrl, signIn) => {
      let stop = await open(authorizationUrl)
      const entries = [loginEntry(signIn), consentEntry(signIn)]
      // A server behind the server may ask the same again, and each is answered once.
      const answered = new Set<string>()
      while (stop.kind === 'page') {
        const page: Page = stop
        const entry = entries.find(
          ({ button }) =>
            !answered.has(`${page.url.origin} ${button}`) && findForm(page, button) !== undefined,
        )
        answered.add(`${page.url.origin} ${entry?.button}`)
        if (entry === undefined) {
          throw new Error(`scripted browser: stopped at ${page.status} "${page.text}"`)
        }
        stop = await submit(page, entry)
      }
      return stop.url
    },
  }
}

function loginEntry({ username, password }: SignIn): FormEntry {
  return { fields: { username, password }, button: 'Sign in' }
}

function consentEntry({ scopes, decision = 'allow' }: SignIn): FormEntry {
  return {
    ...(scopes !== undefined && { fields: { scope: scopes } }),
    button: decision === 'allow' ? 'Allow' : 'Deny',
  }
}

/** The response is the redirect URI with parameters added (RFC 6749 §4.1.2). */
function leadsTo(redirectUri: URL, url: URL): boolean {
  return (
    url.protocol === redirectUri.protocol &&
    url.host === redirectUri.host &&
    url.pathname === redirectUri.pathname
  )
}

function findForm(page: Page, label: string): PageForm | undefined {
  return page.forms.find(({ buttons }) => buttons.some((button) => button.label === label))
}

function fillIn(
  page: Page,
  { fields = {}, button: label }: FormEntry,
): { readonly action: URL; readonly method: 'GET' | 'POST'; readonly body: URLSearchParams } {
  const form = findForm(page, label)
  if (form === undefined) {
    const labels = page.forms.flatMap(({ buttons }) => buttons.map((button) => button.label))
    throw new Error(`scripted browser: no button "${label}" here, only ${JSON.stringify(labels)}`)
  }
  for (const name of Object.keys(fields)) {
    if (!form.fields.some((field) => field.name === name)) {
      throw new Error(`scripted browser: the form has no field "${name}"`)
    }
  }
  const body = new URLSearchParams()
  for (const { name, type, value, checked } of form.fields) {
    const given = fields[name]
    if (type === 'checkbox') {
      if (given === undefined ? checked : given.includes(value)) body.append(name, value)
    } else {
      body.append(name, typeof given === 'string' ? given : value)
    }
  }
  const button = form.buttons.find((candidate) => candidate.label === label)
  if (button?.name !== undefined) body.append(button.name, button.value)
  return { action: form.action, method: form.method, body }
}
