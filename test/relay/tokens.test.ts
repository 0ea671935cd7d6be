import type { ServerResponse } from 'node:http'
import { createRelay } from 'mcp-gatehouse/relay'
import { expect, test } from 'vitest'
import { REDIRECT_URI } from '../testing/flow.ts'
import { getCode, newClient, redeem } from './flow.ts'
import { type RelayWorldOptions, startRelay } from './world.ts'

const UNAVAILABLE = { status: 503, body: { error: 'temporarily_unavailable' } }

test.each<readonly [string, string, RelayWorldOptions]>([
  ['another audience', 'audience', { providerOptions: { audience: 'https://other.example' } }],
  [
    'no readable form',
    'opaque',
    {
      provider: 'Auth0',
      options: ({ upstream: { audience: _audience, ...upstream } }) => ({
        upstream,
        audienceFrom: 'provider',
      }),
    },
  ],
  [
    'another issuer',
    'issuer',
    { options: ({ tokens }) => ({ tokens: { ...tokens, tokenIssuer: 'https://other.example' } }) },
  ],
])('a token with %s is not handed on', async (_, reason, options) => {
  const world = await startRelay(options)
  const code = await getCode(world, { clientId: await newClient(world) })
  expect(await redeem(world, code)).toEqual(UNAVAILABLE)
  expect(world.reasons()).toEqual([reason])
})

test('a relay is refused at start where nothing says that tokens are for the resource', async () => {
  const { options } = await startRelay()
  const { audienceFrom: _audienceFrom, ...bare } = options
  const refused = { code: 'ERR_CONFIG_RELAY_AUDIENCE' }
  await expect(createRelay(bare)).rejects.toMatchObject(refused)
  const upstream = { ...options.upstream, audience: 'https://other.example' }
  await expect(createRelay({ ...options, upstream })).rejects.toMatchObject(refused)
  const tokens = { ...options.tokens, issuer: 'https://id.example.com' }
  await expect(createRelay({ ...options, tokens })).rejects.toMatchObject({
    code: 'ERR_CONFIG_OPTIONS_CONFLICT',
  })
  // The profile names the relay's own client: tokens of Cognito have no aud.
  const { clientId } = options.upstream
  const ofClient = { ...bare.tokens, clientsWithoutAudience: [clientId] }
  await expect(createRelay({ ...bare, tokens: ofClient })).resolves.toBeDefined()
  const audience = ['https://api.example.com']
  const named = { ...options.upstream, audience: 'https://api.example.com' }
  const stated = { ...bare, upstream: named, tokens: { ...bare.tokens, audience } }
  await expect(createRelay(stated)).resolves.toBeDefined()
})

const OUTAGES: readonly (readonly [string, (res: ServerResponse) => unknown, string])[] = [
  ['500 with a page', (res) => res.writeHead(500).end('<h1>secret trace</h1>'), 'unavailable'],
  ['200 with a page', (res) => res.end('<h1>secret trace</h1>'), 'token_response'],
  ['a redirect', (res) => res.writeHead(307, { location: '/x' }).end(), 'token_response'],
  ['no connection', (res) => res.destroy(), 'unavailable'],
  [
    'invalid_client',
    (res) =>
      res
        .writeHead(401, { 'content-type': 'application/json' })
        .end('{"error":"invalid_client","error_description":"secret trace"}'),
    'invalid_client',
  ],
]

test.each(OUTAGES)('a token endpoint that answers with %s is 503', async (_, answer, reason) => {
  const world = await startRelay()
  const code = await getCode(world, { clientId: await newClient(world) })
  world.provider.intercept = (req, res) => {
    if (req.url?.endsWith('/token') !== true) return false
    answer(res)
    return true
  }
  expect(await redeem(world, code)).toEqual(UNAVAILABLE)
  expect(world.reasons()).toEqual([reason])
  world.provider.intercept = undefined
  // After an outage the same code can be tried again; what was answered, was answered.
  const isOutage = reason === 'unavailable'
  expect((await redeem(world, code)).status).toBe(isOutage ? 200 : 400)
})

test('registration answers a public client, never a secret, and refuses what is none', async () => {
  const world = await startRelay()
  const register = async (metadata: unknown): Promise<readonly [number, object]> => {
    const answer = await fetch(`${world.issuer}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof metadata === 'string' ? metadata : JSON.stringify(metadata),
    })
    return [answer.status, (await answer.json()) as object]
  }
  const asked = {
    client_name: 'Notes',
    redirect_uris: [REDIRECT_URI],
    token_endpoint_auth_method: 'client_secret_post',
  }
  const [status, client] = await register(asked)
  expect(status).toBe(201)
  expect(client).toEqual({
    client_id: expect.stringMatching(/^relay_[\w-]{43}$/),
    client_id_issued_at: expect.any(Number),
    client_name: 'Notes',
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  })
  expect(await register(asked)).toMatchObject([
    201,
    { client_id: (client as { client_id: string }).client_id },
  ])
  for (const wrong of [
    '[]',
    'null',
    '"x"',
    '{',
    {},
    { redirect_uris: [] },
    { redirect_uris: 'x' },
    { redirect_uris: ['javascript:alert(1)'] },
    { redirect_uris: ['http://app.example.com/cb'] },
    { redirect_uris: ['https://app.example.com/*'] },
    { redirect_uris: Array.from({ length: 51 }, (_, index) => `https://a.example/${index}`) },
    { redirect_uris: [REDIRECT_URI], response_types: ['token'] },
  ]) {
    expect((await register(wrong))[0]).toBe(400)
  }
  expect((await register({ ...asked, x: 'x'.repeat(40_000) }))[0]).toBe(413)
})

test('an address registers so many clients in an hour, then 429', async () => {
  const world = await startRelay({ options: () => ({ registrationsPerHour: 2 }) })
  const register = (): Promise<Response> =>
    fetch(`${world.issuer}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [REDIRECT_URI] }),
    })
  expect((await register()).status).toBe(201)
  expect((await register()).status).toBe(201)
  const refused = await register()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3600'])
})

test('a body that is too large or has a parameter twice is refused', async () => {
  const world = await startRelay()
  const post = async (body: string): Promise<number> => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return (await fetch(`${world.issuer}/token`, { method: 'POST', headers, body })).status
  }
  expect(await post(`client_id=a&code=${'x'.repeat(20_000)}`)).toBe(400)
  expect(await post('client_id=a&client_id=b&grant_type=refresh_token')).toBe(400)
  expect(await post('client_id=unknown&grant_type=refresh_token')).toBe(401)
})
