import { createPrincipal, type Page } from 'mcp-gatehouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFormTokens } from '../../src/browser/form-tokens.ts'
import {
  ask,
  createRecordingBrowser,
  expectCallback,
  expectPage,
  type RecordingBrowser,
} from '../authorization-server/user-agent.ts'
import {
  type AsWorld,
  startAuthorizationServer,
  WEB_REDIRECT_URI,
} from '../authorization-server/world.ts'
import { ALICE, BOB, createAuthorizationRequest, register } from '../testing/flow.ts'

let world: AsWorld
let webClient: string
let nativeClient: string

beforeAll(async () => {
  world = await startAuthorizationServer()
  const web = { application_type: 'web', redirect_uris: [WEB_REDIRECT_URI] }
  webClient = String((await register(world.issuer, web)).client['client_id'])
  const native = await register(world.issuer, { application_type: 'native' })
  nativeClient = String(native.client['client_id'])
})

afterAll(() => world.close())

const webUrl = (parameters: Readonly<Record<string, string | undefined>> = {}): URL =>
  createAuthorizationRequest(world.issuer, webClient, {
    redirect_uri: WEB_REDIRECT_URI,
    ...parameters,
  }).url

/** Allows, signs in where that is asked for, and gives what the client gets. */
async function allow(
  { browser }: RecordingBrowser,
  url: URL,
  { username, password } = ALICE,
  remember: readonly string[] = [],
): Promise<URL> {
  const consent = expectPage(await browser.open(url))
  const hasBox = consent.forms.some(({ fields }) => fields.some(({ name }) => name === 'remember'))
  const fields = hasBox ? { remember } : {}
  const stop = await browser.submit(consent, { button: 'Allow', fields })
  if (stop.kind === 'callback') return stop.url
  return expectCallback(
    await browser.submit(stop, { button: 'Sign in', fields: { username, password } }),
  )
}

const isConsent = (stop: { readonly kind: string }): boolean =>
  stop.kind === 'page' &&
  (stop as Page).forms.some(({ buttons }) => buttons.some(({ label }) => label === 'Allow'))

/** The value of a form's hidden field. */
function hidden(page: Page, name: string): string {
  const fields = page.forms.flatMap((form) => form.fields)
  return fields.find((field) => field.name === name)?.value ?? ''
}

/** The form of a page, sent again by hand with the cookies that the browser had. */
function formOf(page: Page): URL {
  const form = page.forms.find(({ buttons }) => buttons.some(({ label }) => label === 'Allow'))
  if (form === undefined) throw new Error('no form')
  return form.action
}

const cookiesOf = ({ answers }: RecordingBrowser): string =>
  answers
    .flatMap(({ headers }) => headers.getSetCookie())
    .map((line) => line.split(';')[0])
    .join('; ')

describe('the page', () => {
  test('SEC-163 AS-09 AS-10 is shown although the user has a session, for every other request', async () => {
    const agent = createRecordingBrowser()
    await allow(agent, webUrl({ scope: 'notes:read' }), ALICE, ['yes'])
    expect(isConsent(await agent.browser.open(webUrl({ scope: 'notes:read' })))).toBe(false)
    // More scopes, another client.
    expect(isConsent(await agent.browser.open(webUrl({ scope: 'notes:read notes:write' })))).toBe(
      true,
    )
    const native = createAuthorizationRequest(world.issuer, nativeClient, { scope: 'notes:read' })
    expect(isConsent(await agent.browser.open(native.url))).toBe(true)
  })

  test('AS-15 sets no cookie of a sign-in before the approval', async () => {
    const agent = createRecordingBrowser()
    await agent.browser.open(webUrl())
    expect(cookiesOf(agent)).not.toContain('sign-in')
  })

  test('SEC-166 cannot be framed', async () => {
    const agent = createRecordingBrowser()
    await agent.browser.open(webUrl())
    const headers = agent.answers.at(-1)?.headers
    expect(headers?.get('x-frame-options')).toBe('DENY')
    expect(headers?.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers?.get('referrer-policy')).toBe('no-referrer')
  })

  test('AS-11 says what is asked for in words, and where the answer goes', async () => {
    const { browser } = createRecordingBrowser()
    const { text } = expectPage(await browser.open(webUrl({ scope: 'notes:read' })))
    expect(text).toContain('Read your notes')
    expect(text).toContain('app.example.com')
    expect(text).toContain('Test client')
  })

  test('SEC-165 loaded twice, the first copy counts', async () => {
    const agent = createRecordingBrowser()
    const url = webUrl()
    const first = expectPage(await agent.browser.open(url))
    await agent.browser.open(first.url)
    const stop = await agent.browser.submit(first, { button: 'Allow' })
    expect(expectPage(stop).url.pathname).toMatch(/\/sign-in$/)
  })

  test('SEC-175 approving by GET is 405, a guessed interaction 404, a second time 409', async () => {
    const agent = createRecordingBrowser()
    const page = expectPage(await agent.browser.open(webUrl()))
    const cookie = cookiesOf(agent)
    expect((await ask(formOf(page), { headers: { cookie } })).status).toBe(405)
    const body = new URLSearchParams({ csrf_token: hidden(page, 'csrf_token'), decision: 'allow' })
    const post = (url: string | URL): Promise<Response> =>
      ask(url, { method: 'POST', body, headers: { cookie } })
    expect((await post(`${world.issuer}/interaction/guessed/consent`)).status).toBe(404)
    expect((await post(formOf(page))).status).toBe(303)
    expect((await post(formOf(page))).status).toBe(409)
  })

  test('AS-11 takes no answer without its own token, or with that of another interaction', async () => {
    const agent = createRecordingBrowser()
    const other = hidden(
      expectPage(await createRecordingBrowser().browser.open(webUrl())),
      'csrf_token',
    )
    const page = expectPage(await agent.browser.open(webUrl()))
    for (const token of ['', 'x', other, `${hidden(page, 'csrf_token')}x`]) {
      const answer = await ask(formOf(page), {
        method: 'POST',
        body: new URLSearchParams({ csrf_token: token, decision: 'allow' }),
        headers: { cookie: cookiesOf(agent) },
      })
      expect(answer.status).toBe(403)
    }
  })

  test('SEC-172 an answer about another description of the client shows the page again', async () => {
    const agent = createRecordingBrowser()
    const page = expectPage(await agent.browser.open(webUrl()))
    const uid = page.url.pathname.split('/').at(-1) ?? ''
    const forms = createFormTokens(world.options.keys.cookies)
    const changed = await forms.issue({ uid, attempt: 0, documentHash: 'x'.repeat(43) })
    const answer = await ask(formOf(page), {
      method: 'POST',
      body: new URLSearchParams({ csrf_token: changed, decision: 'allow' }),
      headers: { cookie: cookiesOf(agent) },
    })
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('csrf_token')
  })
})

describe('what is remembered', () => {
  test('SEC-176 of one user is not for another in the same browser', async () => {
    const agent = createRecordingBrowser()
    const url = (): URL => webUrl({ scope: 'notes:write' })
    await allow(agent, url(), ALICE, ['yes'])
    expect(isConsent(await agent.browser.open(url()))).toBe(false)
    // Bob signs in in the same browser.
    await allow(agent, webUrl({ scope: 'notes:write', prompt: 'login' }), BOB)
    expect(isConsent(await agent.browser.open(url()))).toBe(true)
  })

  test('SEC-163 AS-10 is for one redirect URI and one resource', async () => {
    const one = 'http://127.0.0.1:1/one'
    const other = 'http://127.0.0.1:1/other'
    const resources = { [one]: ['notes:read'], [other]: ['notes:read'] }
    const own = await startAuthorizationServer({ options: () => ({ resources }) })
    try {
      const otherUri = 'https://app.example.com/other'
      const redirect_uris = [WEB_REDIRECT_URI, otherUri]
      const { client } = await register(own.issuer, { application_type: 'web', redirect_uris })
      const url = (resource: string, redirect_uri = WEB_REDIRECT_URI): URL =>
        createAuthorizationRequest(own.issuer, String(client['client_id']), {
          redirect_uri,
          resource,
        }).url
      const agent = createRecordingBrowser()
      await allow(agent, url(one), ALICE, ['yes'])
      expect(isConsent(await agent.browser.open(url(one)))).toBe(false)
      expect(isConsent(await agent.browser.open(url(other)))).toBe(true)
      expect(isConsent(await agent.browser.open(url(one, otherUri)))).toBe(true)
    } finally {
      await own.close()
    }
  })

  test('a redirect to the own machine is never remembered, and not offered to be', async () => {
    const agent = createRecordingBrowser()
    const { url } = createAuthorizationRequest(world.issuer, nativeClient)
    const page = expectPage(await agent.browser.open(url))
    expect(page.forms.flatMap(({ fields }) => fields).some(({ name }) => name === 'remember')).toBe(
      false,
    )
    await allow(agent, createAuthorizationRequest(world.issuer, nativeClient).url)
    expect(
      isConsent(
        await agent.browser.open(createAuthorizationRequest(world.issuer, nativeClient).url),
      ),
    ).toBe(true)
  })

  test('AS-10 is listed, and asked for again once it is revoked', async () => {
    const own = await startAuthorizationServer()
    try {
      const metadata = { application_type: 'web', redirect_uris: [WEB_REDIRECT_URI] }
      const clientId = String((await register(own.issuer, metadata)).client['client_id'])
      const url = (): URL =>
        createAuthorizationRequest(own.issuer, clientId, { redirect_uri: WEB_REDIRECT_URI }).url
      const agent = createRecordingBrowser()
      await allow(agent, url(), ALICE, ['yes'])
      const sub = own.events.flatMap((event) =>
        event.type === 'consent.allow' ? [event.subject] : [],
      )[0]
      const user = createPrincipal({ sub, client_id: clientId }, own.issuer)
      const [approval, ...more] = await own.server.approvals.list(user)
      expect(more).toEqual([])
      expect(approval).toMatchObject({
        clientId,
        clientName: 'Test client',
        redirectUri: WEB_REDIRECT_URI,
        resource: own.resource,
        scopes: ['notes:read', 'notes:write'],
        isRemembered: true,
      })
      expect(isConsent(await agent.browser.open(url()))).toBe(false)
      const id = approval?.id ?? ''
      for (const stranger of [
        createPrincipal({ sub: 'mallory', client_id: clientId }, own.issuer),
        createPrincipal({ sub, client_id: clientId }, 'https://id.example.com'),
        createPrincipal({ sub, client_id: clientId }, `${own.issuer}/`),
        createPrincipal({ sub, client_id: sub }, own.issuer),
        createPrincipal({ client_id: clientId }, own.issuer),
      ]) {
        expect(await own.server.approvals.list(stranger)).toEqual([])
        expect(await own.server.approvals.revoke(stranger, id)).toBe(false)
      }
      expect(await own.server.approvals.list(user)).toHaveLength(1)
      expect(await own.server.approvals.revoke(user, id)).toBe(true)
      expect(await own.server.approvals.list(user)).toEqual([])
      expect(isConsent(await agent.browser.open(url()))).toBe(true)
    } finally {
      await own.close()
    }
  })
})
