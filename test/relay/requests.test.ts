import { expect, test } from 'vitest'
import { createAuthorizationRequest, REDIRECT_URI } from '../testing/flow.ts'
import { newClient, openConsent } from './flow.ts'
import { startRelay } from './world.ts'

const WEB = 'https://app.example.com/cb'

test('AS-13 AS-16 no redirect without a known client and exactly its redirect URI', async () => {
  const world = await startRelay()
  const clientId = await newClient(world, 'Web', WEB)
  const wrong = [
    `${WEB}/`,
    `${WEB}?x=1`,
    `${WEB}#`,
    'https://app.example.com/CB',
    'https://app.example.com/cb/../x',
    'https://app.example.com@evil.example/cb',
    'https://evil.example/cb',
    'HTTPS://app.example.com/cb',
    'javascript:alert(1)',
    '//evil.example',
    '',
  ]
  const send = (changes: Readonly<Record<string, string | undefined>>, id = clientId) =>
    fetch(createAuthorizationRequest(world.issuer, id, { redirect_uri: WEB, ...changes }).url, {
      redirect: 'manual',
    })
  for (const uri of wrong) {
    // Neither are errors sent there.
    for (const further of [{}, { response_type: 'bogus' }]) {
      const answer = await send({ redirect_uri: uri, ...further })
      expect([uri, answer.status, answer.headers.get('location')]).toEqual([uri, 400, null])
    }
  }
  expect((await send({ redirect_uri: undefined })).status).toBe(400)
  expect((await send({}, 'unknown')).status).toBe(400)
  expect((await send({}, `${clientId}x`)).status).toBe(400)
  const { url } = createAuthorizationRequest(world.issuer, clientId, { redirect_uri: WEB })
  url.searchParams.append('redirect_uri', 'https://evil.example')
  expect((await fetch(url, { redirect: 'manual' })).status).toBe(400)
  expect((await send({})).status).toBe(200)
})

test('what a request lacks, or must not have, is an error for its client, with state and iss', async () => {
  const world = await startRelay()
  const clientId = await newClient(world)
  const cases: readonly (readonly [Readonly<Record<string, string | undefined>>, string])[] = [
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ response_type: undefined }, 'invalid_request'],
    [{ code_challenge: undefined }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge_method: undefined }, 'invalid_request'],
    [{ response_mode: 'fragment' }, 'invalid_request'],
    [{ request: 'eyJ' }, 'request_not_supported'],
    [{ request_uri: 'https://evil.example' }, 'request_uri_not_supported'],
    [{ resource: 'https://other.example/mcp' }, 'invalid_target'],
    [{ resource: `${world.resource}#x` }, 'invalid_target'],
    [{ scope: 'admin' }, 'invalid_scope'],
    [{ prompt: 'none' }, 'consent_required'],
  ]
  for (const [changes, error] of cases) {
    const { url } = createAuthorizationRequest(world.issuer, clientId, changes)
    const answer = await fetch(url, { redirect: 'manual' })
    expect(answer.status).toBe(303)
    const location = new URL(answer.headers.get('location') ?? '')
    expect(location.origin + location.pathname).toBe(REDIRECT_URI)
    expect(Object.fromEntries(location.searchParams)).toEqual({
      error,
      state: 'opaque',
      iss: world.issuer,
    })
  }
  const { url } = createAuthorizationRequest(world.issuer, clientId, { resource: world.resource })
  url.searchParams.append('resource', 'https://other.example')
  const twice = await fetch(url, { redirect: 'manual' })
  expect(twice.headers.get('location')).toContain('error=invalid_target')
  expect(world.provider.requests).toEqual([])
})

test("the request to the provider is ours: client, callback, state and nonce; the client's are PKCE and what is allowed", async () => {
  const world = await startRelay({
    provider: 'Auth0',
    options: ({ upstream }) => ({
      upstream: {
        ...upstream,
        extraAuthorizeParams: { connection: 'google-oauth2' },
        forwardedParameters: ['login_hint', 'connection'],
      },
    }),
  })
  const clientId = await newClient(world)
  const sent = { url: '' }
  world.provider.intercept = (req, res) => {
    if (req.url?.startsWith('/authorize') !== true) return false
    sent.url = req.url
    res.end('<p>here</p>')
    return true
  }
  const { browser, page, url } = await openConsent(world, clientId, {
    scope: 'read:notes admin',
    login_hint: 'alice@example.com',
    connection: 'mallory',
    audience: 'https://graph.example',
    nonce: 'mine',
    idp: 'x',
  })
  await browser.submit(page, { button: 'Allow' })
  const { searchParams } = new URL(sent.url, world.provider.issuer)
  const { state, nonce, ...parameters } = Object.fromEntries(searchParams)
  expect(parameters).toEqual({
    client_id: world.provider.clientId,
    response_type: 'code',
    redirect_uri: `${world.issuer}/callback/auth0`,
    audience: world.resource,
    connection: 'google-oauth2',
    login_hint: 'alice@example.com',
    resource: world.resource,
    scope: 'openid profile email offline_access read:notes',
    code_challenge: url.searchParams.get('code_challenge'),
    code_challenge_method: 'S256',
  })
  expect(state).not.toBe('opaque')
  expect(nonce).not.toBe('mine')
})

test('a request that names no scope gets the default ones', async () => {
  const world = await startRelay({ options: () => ({ defaultScopes: ['notes:read'] }) })
  const { page } = await openConsent(world, await newClient(world))
  expect(page.text).toContain('Read your notes')
  expect(page.text).not.toContain('Change your notes')
})
