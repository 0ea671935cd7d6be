/** What somebody with a browser does, one request at a time; cookies are kept by name. */
export interface Visitor {
  readonly cookies: Map<string, string>
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** Sends a form as a page of the same origin does. */
  post(
    url: string,
    form: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>
  request(url: string, init: RequestInit): Promise<Answer>
  /** Follows redirects, at most ten. */
  follow(answer: Answer): Promise<Answer>
  /** Presses a button of the page that was shown: its form, with these values. */
  press(answer: Answer, values: Readonly<Record<string, string>>): Promise<Answer>
}

export interface Answer {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly location: string
}

/** What Chromium sends with a form of a page that has no referrer. */
export const FORM_HEADERS = { origin: 'null', 'sec-fetch-site': 'same-origin' }

export function createVisitor(): Visitor {
  const cookies = new Map<string, string>()
  const visitor: Visitor = {
    cookies,
    get: (url, headers = {}) => visitor.request(url, { headers }),
    post: (url, form, headers = FORM_HEADERS) =>
      visitor.request(url, { method: 'POST', headers, body: new URLSearchParams(form) }),
    async request(url, init) {
      const headers = new Headers(init.headers)
      headers.set('cookie', [...cookies].map((pair) => pair.join('=')).join('; '))
      const response = await fetch(url, { ...init, headers, redirect: 'manual' })
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        if (/max-age=0/i.test(line)) cookies.delete(name)
        else cookies.set(name, value)
      }
      const target = response.headers.get('location')
      const location = target === null ? '' : new URL(target, url).href
      const { status } = response
      return { url, status, headers: response.headers, text: await response.text(), location }
    },
    async follow(answer) {
      let last = answer
      for (let hop = 0; hop < 10 && last.location !== ''; hop += 1) {
        last = await visitor.get(last.location)
      }
      return last
    },
    press: (answer, values) => {
      const action = /<form method="post"(?: action="([^"]*)")?/.exec(answer.text)?.[1]
      const target = new URL(decode(action ?? '') || answer.url, answer.url)
      return visitor.post(target.href, { ...hiddenFields(answer.text), ...values })
    },
  }
  return visitor
}

function hiddenFields(markup: string): Record<string, string> {
  const fields = markup.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)
  return Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, decode(value)]))
}

function decode(text: string): string {
  return text.replaceAll('&amp;', '&').replaceAll('&quot;', '"')
}

/** Signs in to the pages as a user of the authorization server, from the page that asks for it. */
export async function signIn(
  visitor: Visitor,
  needed: Answer,
  username: 'alice' | 'bob',
): Promise<Answer> {
  const password = username === 'alice' ? 'wonderland' : 'builder'
  const form = await visitor.follow(await visitor.press(needed, {}))
  return visitor.follow(await visitor.press(form, { username, password }))
}

/** Signs in at the emulated service, and allows what is asked for. */
export async function allowAtService(
  visitor: Visitor,
  redirect: Answer,
  username: 'alice' | 'bob',
): Promise<Answer> {
  const password = username === 'alice' ? 'wonderland' : 'builder'
  const form = await visitor.follow(redirect)
  const signedIn = await visitor.press(form, { username, password, allow: '1' })
  const consent = await visitor.follow(signedIn)
  return visitor.follow(await visitor.press(consent, { allow: '1' }))
}
