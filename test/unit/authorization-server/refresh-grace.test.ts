import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { exportJWK, type JWK, SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { memory } from '../../../src/storage/index.ts'
import {
  accessTokenOf,
  INVALID_GRANT,
  keysOf,
  pass,
  refreshTokenOf,
  stopTime,
} from './support/answers.ts'
import type { TestNode } from './support/provider-node.ts'
import {
  dateClock,
  OTHER_RESOURCE,
  RESOURCE,
  SECRET,
  startTokenWorld,
} from './support/token-world.ts'

beforeEach(stopTime)
afterEach(() => vi.useRealTimers())

describe('SEC-221 a client whose answer was lost', () => {
  test('gets the same answer within 30 seconds, on every node, and goes on with it', async () => {
    const storage = memory({ clock: dateClock })
    const { nodes, signIn, refresh } = await startTokenWorld({ storages: [storage, storage] })
    const first = await signIn()
    const second = await refresh(refreshTokenOf(first))
    pass(29)
    const again = await refresh(refreshTokenOf(first), nodes[1])
    expect(again).toMatchObject({ status: 200 })
    expect(again.body).toEqual(second.body)
    expect(await refresh(refreshTokenOf(again))).toMatchObject({ status: 200 })
  })

  test('gets a token for another resource, and the same successor', async () => {
    const { node, signIn, refresh } = await startTokenWorld()
    const first = await signIn({
      resources: [RESOURCE, OTHER_RESOURCE],
      more: { resource: RESOURCE },
    })
    const [one, other] = await Promise.all([
      refresh(refreshTokenOf(first), node, { resource: RESOURCE }),
      refresh(refreshTokenOf(first), node, { resource: OTHER_RESOURCE }),
    ])
    expect(refreshTokenOf(one)).toBe(refreshTokenOf(other))
    const audiences = await Promise.all(
      [one, other].map(async (answer) => {
        const verified = await node.service.verifier.verify(accessTokenOf(answer))
        return verified.ok ? verified.value.claims['aud'] : verified.reason
      }),
    )
    expect(audiences).toEqual([RESOURCE, OTHER_RESOURCE])
  })

  test('is nobody else: another client is refused, and the session survives', async () => {
    const { node, signIn, refresh, events } = await startTokenWorld()
    const first = await signIn()
    const second = await refresh(refreshTokenOf(first))
    const stolen = await refresh(refreshTokenOf(first), node, { client_id: 'other' })
    expect(stolen).toMatchObject(INVALID_GRANT)
    expect(await refresh(refreshTokenOf(second))).toMatchObject({ status: 200 })
    expect(events).toEqual([])
  })

  test('that asks for more than it has is refused, and the session survives', async () => {
    const { node, signIn, refresh } = await startTokenWorld()
    const first = await signIn()
    const second = await refresh(refreshTokenOf(first))
    expect(await refresh(refreshTokenOf(first), node, { scope: 'admin' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_scope' },
    })
    expect(await refresh(refreshTokenOf(second))).toMatchObject({ status: 200 })
  })

  test('finds its answer in the store only with the token that it is the answer to', async () => {
    const storage = memory({ clock: dateClock })
    const { signIn, refresh } = await startTokenWorld({ storages: [storage] })
    const second = await refresh(refreshTokenOf(await signIn()))
    for await (const key of storage.list('')) {
      const text = Buffer.from((await storage.get(key))?.value ?? []).toString()
      expect(text).not.toContain(refreshTokenOf(second))
      expect(text).not.toContain(accessTokenOf(second))
    }
    expect(await keysOf(storage, 'refresh-answer')).toHaveLength(1)
  })
})

describe('SEC-221 a token that is bound to a key (RFC 9449)', () => {
  test('is answered again for a proof of the same key, and not for another or none', async () => {
    const { node, issueCode, refresh } = await startTokenWorld()
    const [key, other] = [await createProofKey(), await createProofKey()]
    const { parameters } = await issueCode()
    const first = await node.post('/token', parameters, await prove(key, node))
    expect(first).toMatchObject({ status: 200, body: { token_type: 'DPoP' } })
    const ask = async (proof: Record<string, string>) =>
      node.post(
        '/token',
        { grant_type: 'refresh_token', client_id: 'app', refresh_token: refreshTokenOf(first) },
        proof,
      )
    const second = await ask(await prove(key, node))
    expect(second).toMatchObject({ status: 200 })
    expect(await ask(await prove(other, node))).toMatchObject(INVALID_GRANT)
    expect(await ask({})).toMatchObject(INVALID_GRANT)
    const again = await ask(await prove(key, node))
    expect(again.body).toEqual(second.body)
    expect(await refresh(refreshTokenOf(second))).toMatchObject(INVALID_GRANT)
  })

  test('SEC-400 of a client with a secret is given again to the same key only', async () => {
    const { node, issueCode } = await startTokenWorld()
    const [key, other] = [await createProofKey(), await createProofKey()]
    const client = { client_id: 'post', client_secret: SECRET }
    const { parameters } = await issueCode({ client: 'post', more: client })
    const first = await node.post('/token', parameters, await prove(key, node))
    const ask = (proof: Record<string, string>) =>
      node.post(
        '/token',
        { grant_type: 'refresh_token', refresh_token: refreshTokenOf(first), ...client },
        proof,
      )
    const second = await ask(await prove(key, node))
    const bare = await ask({})
    expect(bare).toMatchObject({ status: 200, body: { token_type: 'Bearer' } })
    const thief = await ask(await prove(other, node))
    expect((await ask(await prove(key, node))).body).toEqual(second.body)
    expect(new Set([second, bare, thief].map(accessTokenOf)).size).toBe(3)
    expect(new Set([second, bare, thief].map(refreshTokenOf)).size).toBe(1)
  })

  test('SEC-400 is not refreshed by a proof from the future that was used five minutes ago', async () => {
    const { node, issueCode } = await startTokenWorld()
    const key = await createProofKey()
    const { parameters } = await issueCode()
    const early = await prove(key, node, Math.floor(Date.now() / 1_000) + 290)
    const { body } = await node.post('/token', parameters, early)
    const renewal = {
      grant_type: 'refresh_token',
      client_id: 'app',
      refresh_token: String(body['refresh_token']),
    }
    pass(301)
    expect(await node.post('/token', renewal, early)).toMatchObject({
      status: 400,
      body: { error: 'invalid_dpop_proof', error_description: 'the DPoP proof was used before' },
    })
    expect(await node.post('/token', renewal, await prove(key, node))).toMatchObject({
      status: 200,
    })
  })

  test('is refreshed once by 20 at once with proofs of their own', async () => {
    const { node, issueCode } = await startTokenWorld()
    const key = await createProofKey()
    const { parameters } = await issueCode()
    const first = await node.post('/token', parameters, await prove(key, node))
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () =>
        node.post(
          '/token',
          { grant_type: 'refresh_token', client_id: 'app', refresh_token: refreshTokenOf(first) },
          await prove(key, node),
        ),
      ),
    )
    expect(new Set(answers.map(refreshTokenOf)).size).toBe(1)
    expect(answers.every(({ status }) => status === 200)).toBe(true)
  })
})

interface ProofKey {
  readonly key: CryptoKey
  readonly jwk: JWK
}

async function createProofKey(): Promise<ProofKey> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  return {
    key: privateKey.toCryptoKey(algorithm, false, ['sign']) as CryptoKey,
    jwk: await exportJWK(publicKey),
  }
}

async function prove(
  { key, jwk }: ProofKey,
  { url }: TestNode,
  issuedAt?: number,
): Promise<Record<string, string>> {
  const proof = await new SignJWT({ htm: 'POST', htu: `${url}/token`, jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
    .setIssuedAt(issuedAt)
    .sign(key)
  return { dpop: proof }
}
