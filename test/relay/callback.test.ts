import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { expect, test } from 'vitest'
import { REDIRECT_URI } from '../testing/flow.ts'
import { newClient, openConsent } from './flow.ts'
import { type RelayWorld, startRelay } from './world.ts'

const AUTHORIZATION = '/realms/test/protocol/openid-connect/auth'

/** Allows a request, and stops before the provider: its state, and the cookies of the browser. */
async function startSignIn(
  world: RelayWorld,
): Promise<{ readonly state: string; readonly cookie: string }> {
  const clientId = await newClient(world)
  let cookie = ''
  const browser = createScriptedBrowser({
    fetch: async (input, init) => {
      const answer = await fetch(input, init)
      const set = answer.headers.getSetCookie().map((line) => line.split(';')[0] ?? '')
      cookie = [cookie, ...set].filter((text) => text !== '').join('; ')
      return answer
    },
  })
  const { url } = await openConsent(world, clientId)
  const page = await browser.open(url)
  if (page.kind !== 'page') throw new Error('no page')
  let state = ''
  world.provider.intercept = (req, res) => {
    const sent = new URL(req.url ?? '', world.provider.issuer)
    if (sent.pathname !== AUTHORIZATION) return false
    state = sent.searchParams.get('state') ?? ''
    res.end('<p>here</p>')
    return true
  }
  await browser.submit(page, { button: 'Allow' })
  world.provider.intercept = undefined
  return { state, cookie }
}

function callBack(
  { issuer }: RelayWorld,
  cookie: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Response> {
  const url = new URL(`${issuer}/callback/keycloak?${new URLSearchParams(parameters)}`)
  return fetch(url, { redirect: 'manual', headers: { cookie } })
}

test('AS-14 a state is good in the browser that approved, and once', async () => {
  const world = await startRelay()
  const { state, cookie } = await startSignIn(world)
  const answer = { state, code: 'a-code', iss: world.provider.issuer }
  // The answer of an attacker's own sign-in, opened by somebody else, and the other way round.
  expect((await callBack(world, '', answer)).status).toBe(403)
  const other = await startSignIn(world)
  expect((await callBack(world, other.cookie, answer)).status).toBe(403)
  expect(world.events.filter(({ type }) => type === 'flow.browser_mismatch')).toHaveLength(2)
  for (const wrong of ['x'.repeat(43), state.slice(1), '']) {
    expect((await callBack(world, cookie, { ...answer, state: wrong })).status).toBe(403)
  }
  const first = await callBack(world, cookie, answer)
  expect(first.status).toBe(303)
  const location = new URL(first.headers.get('location') ?? '')
  expect(location.origin + location.pathname).toBe(REDIRECT_URI)
  expect(Object.fromEntries(location.searchParams)).toEqual({
    code: 'a-code',
    state: 'opaque',
    iss: world.issuer,
  })
  expect((await callBack(world, cookie, answer)).status).toBe(403)
})

test('an answer that the provider cannot have given is a page, and goes to no client', async () => {
  const world = await startRelay()
  const iss = world.provider.issuer
  const wrong: readonly Readonly<Record<string, string>>[] = [
    { code: 'a-code' },
    { code: 'a-code', iss: 'https://evil.example' },
    { code: 'a-code', iss: `${iss}/` },
    { code: '', iss },
    { code: 'x'.repeat(9_000), iss },
    { code: 'a\r\nb', iss },
    { code: 'a-code', error: 'access_denied', iss },
    { iss },
  ]
  for (const parameters of wrong) {
    const { state, cookie } = await startSignIn(world)
    const answer = await callBack(world, cookie, { state, ...parameters })
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
  }
  expect(world.provider.requests.some((request) => request.includes('/token'))).toBe(false)
})

test('what the provider says went wrong is told to the client in known words alone', async () => {
  const world = await startRelay()
  const said = [
    ['access_denied', 'access_denied'],
    ['temporarily_unavailable', 'temporarily_unavailable'],
    ['invalid_scope', 'server_error'],
    ['"><script>', 'server_error'],
  ] as const
  for (const [error, told] of said) {
    const { state, cookie } = await startSignIn(world)
    const answer = await callBack(world, cookie, {
      state,
      error,
      error_description: '<script>alert(1)</script>',
      error_uri: 'https://evil.example',
      iss: world.provider.issuer,
    })
    const { searchParams } = new URL(answer.headers.get('location') ?? '')
    expect(Object.fromEntries(searchParams)).toEqual({
      error: told,
      state: 'opaque',
      iss: world.issuer,
    })
  }
})

test('a code that was sent to one client is not sent to another', async () => {
  const world = await startRelay()
  const answer = { code: 'a-code', iss: world.provider.issuer }
  const first = await startSignIn(world)
  expect((await callBack(world, first.cookie, { ...answer, state: first.state })).status).toBe(303)
  const second = await startSignIn(world)
  const again = await callBack(world, second.cookie, { ...answer, state: second.state })
  expect([again.status, again.headers.get('location')]).toEqual([400, null])
})

test('a provider that is down is a page that says so, before anybody is sent there', async () => {
  const world = await startRelay()
  const { browser, page } = await openConsent(world, await newClient(world))
  world.provider.intercept = (_req, res) => {
    res.writeHead(500, { 'content-type': 'text/html' }).end('<h1>Stack trace of the provider</h1>')
    return true
  }
  const answer = await browser.submit(page, { button: 'Allow' })
  expect(answer).toMatchObject({ kind: 'page', status: 503 })
  expect(JSON.stringify(answer)).not.toContain('Stack trace')
  expect(world.reasons()).toEqual(['unavailable'])
})
