import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { createResourceServer, type ResourceServerOptions } from 'mcp-gatehouse'
import { jweVerifier } from 'mcp-gatehouse/verifiers'
import { describe, expect, test } from 'vitest'
import { createKeyRing, generateKey, keysFromFunction } from '../../../src/keys/index.ts'
import { memory, type Storage } from '../../../src/storage/index.ts'
import type { TokenVerifier } from '../../../src/verifiers/index.ts'
import {
  createSigningKeys,
  dateClock,
  ISSUER,
  RESOURCE,
  startTokenWorld,
} from './support/token-world.ts'

async function statusOf(
  verifier: TokenVerifier,
  token: unknown,
  more: Partial<ResourceServerOptions> = {},
): Promise<number> {
  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: [ISSUER],
    verifier,
    ...more,
  })
  const headers = { authorization: `Bearer ${String(token)}` }
  const admission = await gatehouse.authenticate(new Request(RESOURCE, { headers }))
  return admission instanceof Response ? admission.status : 200
}

test('an access token is a JWT of RFC 9068 with one audience, which the ring verifies', async () => {
  const signingKeys = await createSigningKeys()
  const { signIn } = await startTokenWorld({ signingKeys })
  const { body } = await signIn()
  const jwks = createLocalJWKSet({ keys: [...(await signingKeys.publicJwks()).keys] })
  const { payload, protectedHeader } = await jwtVerify(String(body['access_token']), jwks)
  expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'at+jwt' })
  expect(payload).toEqual({
    iss: ISSUER,
    sub: 'alice',
    aud: RESOURCE,
    client_id: 'app',
    scope: 'read write',
    iat: expect.any(Number) as number,
    exp: Number(payload.iat) + 600,
    jti: expect.stringMatching(/^[\w-]{43}$/) as string,
    grant_id: expect.stringMatching(/^[\w-]{43}$/) as string,
  })
})

test('an encrypted token has that inside, for the resource server alone', async () => {
  const stored = await generateKey({ use: 'encryption' })
  const ring = await createKeyRing({
    use: 'encryption',
    source: keysFromFunction(() => ({ keys: [stored] })),
  })
  const [encryptionKey] = (await ring.publicJwks()).keys
  const { node, signIn } = await startTokenWorld({ encryptionKey: encryptionKey as object })
  const { body } = await signIn()
  expect(decodeProtectedHeader(String(body['access_token']))).toMatchObject({
    alg: 'RSA-OAEP-256',
    enc: 'A256GCM',
    kid: stored.kid,
  })
  const verifier = jweVerifier({ keys: ring, nested: node.service.verifier })
  expect(await statusOf(verifier, body['access_token'])).toBe(200)
  await node.post('/revoke', { client_id: 'app', token: String(body['access_token']) })
  expect(await statusOf(verifier, body['access_token'])).toBe(401)
})

describe('SEC-143 as a bearer token', () => {
  test('an access token is admitted; a code, a refresh token and tokens of others are not', async () => {
    const { node, signIn, issueCode } = await startTokenWorld()
    const stranger = await startTokenWorld()
    const { verifier } = node.service
    const { body } = await signIn()
    expect(await statusOf(verifier, body['access_token'])).toBe(200)
    const { parameters } = await issueCode()
    const { body: foreign } = await stranger.signIn()
    for (const token of [body['refresh_token'], parameters['code'], foreign['access_token']]) {
      expect(await statusOf(verifier, token)).toBe(401)
    }
  })
})

describe('the verifier of the same process', () => {
  test('uses no network, and reads the store once for each request', async () => {
    let reads = 0
    const storage = memory({ clock: dateClock })
    const counted: Storage = {
      ...storage,
      async get(key) {
        reads += 1
        return storage.get(key)
      },
    }
    const { node, signIn } = await startTokenWorld({ storages: [counted] })
    const { body } = await signIn()
    const fetch = () => Promise.reject(new Error('no network'))
    for (let index = 0; index < 3; index += 1) {
      reads = 0
      expect(await statusOf(node.service.verifier, body['access_token'], { fetch })).toBe(200)
      expect(reads).toBe(1)
    }
  })

  test('refuses what is revoked from the next request on', async () => {
    const { node, signIn } = await startTokenWorld()
    const { body } = await signIn()
    const { verifier, revocations } = node.service
    expect(await verifier.verify(String(body['access_token']))).toMatchObject({ ok: true })
    await revocations.revoke({ issuer: ISSUER, subject: 'alice', before: dateClock.now() + 1 })
    expect(await verifier.verify(String(body['access_token']))).toEqual({
      ok: false,
      reason: 'revoked',
    })
  })

  test('cannot tell while the store is down: 503', async () => {
    const storage = memory({ clock: dateClock })
    let isDown = false
    const failing: Storage = {
      ...storage,
      get: (key) => (isDown ? Promise.reject(new Error('down')) : storage.get(key)),
    }
    const { node, signIn } = await startTokenWorld({ storages: [failing] })
    const { body } = await signIn()
    isDown = true
    expect(await statusOf(node.service.verifier, body['access_token'])).toBe(503)
  })
})

test('SEC-147 whatever else changes, tokens hold as long as the ring and the store do', async () => {
  const [signingKeys, storage] = [await createSigningKeys(), memory({ clock: dateClock })]
  const before = await startTokenWorld({ signingKeys, storages: [storage] })
  const { body } = await before.signIn()
  const after = await startTokenWorld({ signingKeys, storages: [storage] })
  expect(await statusOf(after.node.service.verifier, body['access_token'])).toBe(200)
  expect(await after.refresh(body['refresh_token'])).toMatchObject({ status: 200 })
})
