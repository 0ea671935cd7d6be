import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { expect, test } from 'vitest'
import { postToken } from '../testing/flow.ts'
import { getCode, newClient, redeem } from './flow.ts'
import { startRelay } from './world.ts'

const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } }

test('a code is redeemed once, by its client, for its redirect URI, with its verifier', async () => {
  const world = await startRelay()
  const mallory = await newClient(world, 'Mallory')
  const code = await getCode(world, { clientId: await newClient(world) })
  const { callback } = code
  expect(callback.searchParams.get('state')).toBe('opaque')
  expect(callback.searchParams.getAll('iss')).toEqual([world.issuer])

  const attacks = [
    { client_id: mallory },
    { redirect_uri: 'http://127.0.0.1:9/other' },
    { redirect_uri: '' },
    { code_verifier: 'x'.repeat(43) },
    { code_verifier: 'short' },
    { code: 'another-code' },
  ]
  for (const attack of attacks) {
    expect(await redeem(world, code, attack)).toEqual(INVALID_GRANT)
  }
  const asked = world.provider.requests.length
  expect(world.provider.requests).not.toContain('POST /realms/test/protocol/openid-connect/token')
  expect(world.reasons()).toEqual([
    'client',
    'redirect_uri',
    'redirect_uri',
    'code_verifier',
    'code_verifier',
    'unknown',
  ])
  // None of them has used it up.
  const { status, body } = await redeem(world, code)
  expect(status).toBe(200)
  expect(Object.keys(body).toSorted()).toEqual([
    'access_token',
    'expires_in',
    'refresh_token',
    'scope',
    'token_type',
  ])
  expect(JSON.stringify(body)).not.toContain(world.provider.clientSecret)
  expect(world.provider.requests.length).toBeGreaterThan(asked)
  expect(await redeem(world, code)).toEqual(INVALID_GRANT)
})

test('of many who redeem a code at once, one gets tokens', async () => {
  const world = await startRelay()
  const code = await getCode(world, { clientId: await newClient(world) })
  const answers = await Promise.all(Array.from({ length: 10 }, () => redeem(world, code)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
})

test('a code that came another way than through the callback is nothing here', async () => {
  const world = await startRelay()
  const clientId = await newClient(world)
  // The provider has given it to the very client that the relay is, in another sign-in.
  const elsewhere = await startRelay()
  const foreign = await getCode(elsewhere, { clientId: await newClient(elsewhere) })
  expect(await redeem(world, { ...foreign, clientId })).toEqual(INVALID_GRANT)
})

test("a refresh token is its client's, and a replaced one is followed by its successor", async () => {
  const world = await startRelay({ providerOptions: { rotatesRefreshTokens: true } })
  const mallory = await newClient(world, 'Mallory')
  const code = await getCode(world, { clientId: await newClient(world) })
  const { body } = await redeem(world, code)
  const refresh = (refreshToken: unknown, clientId = code.clientId, further = {}) =>
    postToken(world.issuer, {
      grant_type: 'refresh_token',
      client_id: clientId,
      refresh_token: String(refreshToken),
      ...further,
    })
  expect(await refresh(body['refresh_token'], mallory)).toEqual(INVALID_GRANT)
  expect(await refresh('made-up')).toEqual(INVALID_GRANT)
  expect(await refresh(body['refresh_token'], code.clientId, { scope: 'admin' })).toEqual({
    status: 400,
    body: { error: 'invalid_scope' },
  })
  expect(
    await refresh(body['refresh_token'], code.clientId, { resource: 'https://other.example' }),
  ).toEqual({ status: 400, body: { error: 'invalid_target' } })
  const next = await refresh(body['refresh_token'])
  expect(next.status).toBe(200)
  expect(next.body['refresh_token']).not.toBe(body['refresh_token'])
  expect((await refresh(next.body['refresh_token'])).status).toBe(200)
  expect(await refresh(next.body['refresh_token'], mallory)).toEqual(INVALID_GRANT)
})

test("a revocation is passed on for the client's own refresh token alone", async () => {
  const world = await startRelay()
  const mallory = await newClient(world, 'Mallory')
  const code = await getCode(world, { clientId: await newClient(world) })
  const { body } = await redeem(world, code)
  const token = String(body['refresh_token'])
  const revoke = async (clientId: string, of = token): Promise<number> => {
    const form = new URLSearchParams({ client_id: clientId, token: of })
    return (await fetch(`${world.issuer}/revoke`, { method: 'POST', body: form })).status
  }
  const refresh = () =>
    postToken(world.issuer, {
      grant_type: 'refresh_token',
      client_id: code.clientId,
      refresh_token: token,
    })
  const REVOKE = 'POST /realms/test/protocol/openid-connect/revoke'
  expect(await revoke(mallory)).toBe(400)
  expect(await revoke(code.clientId, 'made-up')).toBe(200)
  expect(world.provider.requests).not.toContain(REVOKE)
  expect((await refresh()).status).toBe(200)
  expect(await revoke(code.clientId)).toBe(200)
  expect(world.provider.requests).toContain(REVOKE)
  expect(await refresh()).toEqual(INVALID_GRANT)
})

test('two clients of one browser get codes of their own', async () => {
  const world = await startRelay()
  const browser = createScriptedBrowser()
  const [one, other] = [await newClient(world, 'One'), await newClient(world, 'Other')]
  const first = await getCode(world, { clientId: one, browser })
  // The user is signed in at the provider by now, and is asked for the other client all the same.
  const second = await getCode(world, { clientId: other, browser })
  expect(world.events.filter(({ type }) => type === 'relay.allow')).toHaveLength(2)
  expect(await redeem(world, { ...first, clientId: other })).toEqual(INVALID_GRANT)
  expect((await redeem(world, second)).status).toBe(200)
  expect((await redeem(world, first)).status).toBe(200)
})
