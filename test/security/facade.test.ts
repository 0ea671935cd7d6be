import { decodeJwt } from 'jose'
import { createResourceServer } from 'mcp-gatehouse'
import { createAuthorizationServer } from 'mcp-gatehouse/authorization-server'
import { memory, sealed } from 'mcp-gatehouse/storage'
import { createPrincipal, createScriptedBrowser } from 'mcp-gatehouse/testing'
import { describe, expect, test } from 'vitest'
import {
  createRecordingBrowser,
  expectCallback,
  expectPage,
} from '../authorization-server/user-agent.ts'
import { createAuthorizationRequest, postToken, register } from '../testing/flow.ts'
import { keysOf } from '../unit/authorization-server/support/answers.ts'
import { newRing } from '../unit/storage/sealed-support.ts'
import {
  allow,
  answerProvider,
  obtainTokensAt,
  startUpstreamWorld,
  type UpstreamWorld,
} from './support/held-sign-in.ts'

const NAMES = ['Entra ID', 'GitHub', 'Google', 'Keycloak'] as const

/** The principal of an access token of ours. */
function principalOf(tokens: Readonly<Record<string, unknown>>) {
  const claims = decodeJwt(String(tokens['access_token']))
  return createPrincipal(claims, claims.iss)
}

describe.each(NAMES)('what clients get in front of %s', (name) => {
  test('SEC-141 SEC-143 is ours: nothing of the provider is in it, and its token opens nothing', async () => {
    const world = await startUpstreamWorld(name)
    const tokens = await obtainTokensAt(world)
    const theirs = await world.server.upstreamToken(principalOf(tokens))
    expect(Object.keys(tokens).toSorted()).toEqual([
      'access_token',
      'expires_in',
      'refresh_token',
      'scope',
      'token_type',
    ])
    const { clientSecret } = world.provider
    const claims = decodeJwt(String(tokens['access_token']))
    const said = JSON.stringify([tokens, claims])
    for (const secret of [theirs.accessToken, clientSecret]) expect(said).not.toContain(secret)

    const gatehouse = createResourceServer({
      resource: world.resource,
      authorizationServers: [world.issuer],
      allowInsecureLoopback: true,
      verifier: world.server.verifier,
    })
    const statusOf = async (token: unknown): Promise<number> => {
      const headers = { authorization: `Bearer ${String(token)}` }
      const admitted = await gatehouse.authenticate(new Request(world.resource, { headers }))
      return admitted instanceof Response ? admitted.status : 200
    }
    expect(await statusOf(tokens['access_token'])).toBe(200)
    expect(await statusOf(theirs.accessToken)).toBe(401)
    expect(await statusOf(tokens['refresh_token'])).toBe(401)
  })
})

test('SEC-205 a registration and the metadata say nothing of the client at the provider', async () => {
  const { issuer, provider } = await startUpstreamWorld()
  const { clientId, clientSecret } = provider
  const { client } = await register(issuer, { client_id: clientId, client_secret: clientSecret })
  expect(client['client_id']).not.toBe(clientId)
  const metadata = await fetch(`${issuer}/.well-known/oauth-authorization-server`)
  const said = JSON.stringify([client, await metadata.json()])
  for (const ours of [clientId, clientSecret, provider.issuer]) expect(said).not.toContain(ours)
})

test('SEC-206 a request without a client is not taken for the client at the provider', async () => {
  const { url } = await startUpstreamWorld()
  const request = url()
  request.searchParams.delete('client_id')
  const answer = await fetch(request, { redirect: 'manual' })
  expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
})

test('SEC-122 what a client adds to its request does not reach the provider', async () => {
  const world = await startUpstreamWorld()
  const { browser, answers } = createRecordingBrowser()
  const more = {
    login_hint: 'alice',
    hd: 'evil.example',
    idp: 'evil',
    access_type: 'x',
    audience: 'y',
  }
  const others = { scope: 'openid notes:read', nonce: 'theirs', acr_values: 'z', prompt: 'login' }
  await allow(browser, world.url({ ...more, ...others }))
  const { pathname } = new URL(world.provider.issuer)
  const sent = answers
    .map(({ headers }) => headers.get('location') ?? '')
    .find((location) => location.includes(`${pathname}/protocol/openid-connect/auth?`))
  const { searchParams } = new URL(sent ?? '')
  expect([...searchParams.keys()].toSorted()).toEqual([
    'client_id',
    'code_challenge',
    'code_challenge_method',
    'nonce',
    'redirect_uri',
    'response_type',
    'scope',
    'state',
  ])
  expect(searchParams.get('client_id')).toBe(world.provider.clientId)
  expect(searchParams.get('redirect_uri')).toBe(`${world.issuer}/callback/upstream`)
  expect(searchParams.get('nonce')).not.toBe('theirs')
})

test('SEC-126 SEC-127 of a whole sign-in every answer is private, and no form is sent on', async () => {
  const world = await startUpstreamWorld()
  const exchanges: { readonly method: string; readonly answer: Response }[] = []
  const browser = createScriptedBrowser({
    fetch: async (input, init) => {
      const answer = await fetch(input, init)
      const url = new URL(input instanceof Request ? input.url : input)
      const method = init?.method ?? 'GET'
      if (url.origin === world.issuer) exchanges.push({ method, answer })
      return answer
    },
  })
  expectCallback(await answerProvider(browser, await allow(browser, world.url())))
  expect(exchanges.map(({ method, answer }) => `${method} ${answer.status}`)).toEqual([
    'GET 303',
    'GET 200',
    'POST 303',
    'GET 303',
    'GET 303',
    'GET 303',
  ])
  for (const { answer } of exchanges) {
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  }
})

test('SEC-163 AS-09 a user whom the provider knows is asked before the provider is', async () => {
  const world = await startUpstreamWorld()
  const browser = createScriptedBrowser()
  await obtainTokensAt(world, browser)
  // Somebody else registers, and has the user open a link.
  const { client } = await register(world.issuer, { client_name: 'Free gift' })
  const asked = world.provider.requests.length
  const { url } = createAuthorizationRequest(world.issuer, String(client['client_id']))
  const consent = expectPage(await browser.open(url))
  expect(consent.text).toContain('Free gift')
  expect(consent.url.origin).toBe(world.issuer)
  expect(world.provider.requests.length).toBe(asked)
  const { searchParams } = expectCallback(await browser.submit(consent, { button: 'Deny' }))
  expect([searchParams.get('error'), searchParams.get('code')]).toEqual(['access_denied', null])
  expect(world.provider.requests.length).toBe(asked)
})

test('SEC-161 scopes that a user withholds at the provider are not recorded as given', async () => {
  const world = await startUpstreamWorld('Keycloak', { withheldScopes: ['email'] })
  const tokens = await obtainTokensAt(world)
  const { scopes } = await world.server.upstreamToken(principalOf(tokens))
  expect(scopes).toContain('profile')
  expect(scopes).not.toContain('email')
})

test('SEC-162 AS-10 a process that dies after the approval leaves none, and the user starts again', async () => {
  const world = await startUpstreamWorld()
  let isDying = false
  const browser = createScriptedBrowser({
    fetch: async (input, init) => {
      const answer = await fetch(input, init)
      if (isDying) throw new Error('gone')
      return answer
    },
  })
  const consent = expectPage(await browser.open(world.url()))
  isDying = true
  await expect(browser.submit(consent, { button: 'Allow' })).rejects.toThrow('gone')
  isDying = false
  const { storage } = world.options
  const lost = await keysOf(storage, 'sign-in')
  expect([lost.length, await keysOf(storage, 'approval')]).toEqual([1, []])
  expect((await storage.get(lost[0] ?? ''))?.expiresAt).toBeLessThanOrEqual(
    Date.now() / 1_000 + 600,
  )

  const tokens = await obtainTokensAt(world, browser)
  expect(await world.server.approvals.list(principalOf(tokens))).toHaveLength(1)
  expect(await keysOf(storage, 'sign-in')).toEqual(lost)
})

test('SEC-147 AS-25 another secret at the provider ends neither tokens nor stored credentials', async () => {
  const ring = await newRing()
  const storage = await sealed(memory(), ring)
  const world = await startUpstreamWorld('Keycloak', {}, { options: () => ({ storage }) })
  const tokens = await obtainTokensAt(world)
  const theirs = await world.server.upstreamToken(principalOf(tokens))

  const upstream = { ...world.upstream, clientSecret: 'the secret after its rotation' }
  const after = await createAuthorizationServer({ ...world.options, upstream })
  const verified = await after.verifier.verify(String(tokens['access_token']))
  expect(verified).toMatchObject({ ok: true })
  expect(await after.upstreamToken(principalOf(tokens))).toEqual(theirs)
  expect(await refreshAt(world, tokens)).toMatchObject({ status: 200 })
})

function refreshAt({ issuer, clientId }: UpstreamWorld, tokens: Readonly<Record<string, unknown>>) {
  return postToken(issuer, {
    grant_type: 'refresh_token',
    client_id: clientId,
    refresh_token: String(tokens['refresh_token']),
  })
}
