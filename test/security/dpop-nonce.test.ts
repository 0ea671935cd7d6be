import { randomBytes } from 'node:crypto'
import { memory } from 'mcp-gatehouse/storage'
import { afterAll, describe, expect, test } from 'vitest'
import { bearer, call, METADATA_PATH, openWorld, post } from '../adapters/world.ts'
import { everywhere, takeReasons } from './cases.ts'
import { createDpopClient } from './support/dpop-client.ts'
import { RESOURCE, startDpopGate } from './support/dpop-gate.ts'

const nonceSecret = randomBytes(32)
const GOOD = { status: 200, reason: undefined, nonce: null, challenge: null }

function claims(nonce: string | null): { readonly claims: { readonly nonce: string | null } } {
  return { claims: { nonce } }
}

describe('SEC-398 nonces of the server', () => {
  test('SEC-398 a proof without one is told which to use, and then accepted', async () => {
    const { send } = await startDpopGate({ nonceSecret })
    const told = await send()
    expect(told).toMatchObject({ status: 401, reason: 'dpop nonce' })
    expect(told.nonce).toMatch(/^[\w-]{43}$/)
    expect(told.challenge).toContain('DPoP error="use_dpop_nonce", ')
    expect(await send(claims(told.nonce))).toEqual(GOOD)
    expect(await send(claims(told.nonce))).toEqual(GOOD)
  })

  test('SEC-398 a proof that was told to use one is not used up', async () => {
    const storage = memory()
    const { send, prove } = await startDpopGate({ nonceSecret, storage }, { storage })
    const proof = await prove()
    expect(await send(proof)).toMatchObject({ reason: 'dpop nonce' })
    expect(await send(proof, 1)).toEqual(GOOD)
  })

  test('SEC-398 one that ends soon is replaced, and a stale one refused', async () => {
    const { send, clock } = await startDpopGate({ nonceSecret })
    const { nonce: first } = await send()
    clock.pass(60)
    const { nonce: second, ...rest } = await send(claims(first))
    expect(rest).toEqual({ status: 200, reason: undefined, challenge: null })
    expect(second).not.toBe(first)
    expect(await send(claims(second))).toEqual(GOOD)
    clock.pass(60)
    expect(await send(claims(first))).toMatchObject({ status: 401, reason: 'dpop nonce' })
    expect(await send(claims(second))).toMatchObject({ status: 200 })
  })

  test.each([['guessed'], [''], [7], [null], [['a']]])(
    'SEC-398 one that is none of ours is refused: %j',
    async (nonce) => {
      const { send } = await startDpopGate({ nonceSecret })
      expect(await send({ claims: { nonce } })).toMatchObject({ reason: 'dpop nonce' })
    },
  )

  test('SEC-398 replicas agree, and others do not', async () => {
    const other = randomBytes(32)
    const { send } = await startDpopGate({ nonceSecret }, { nonceSecret }, { nonceSecret: other })
    const { nonce } = await send()
    expect(await send(claims(nonce), 1)).toEqual(GOOD)
    expect(await send(claims(nonce), 2)).toMatchObject({ reason: 'dpop nonce' })
  })

  test('SEC-398 a nonce opens nothing: the proof has to be right otherwise', async () => {
    const { send, clock } = await startDpopGate({ nonceSecret })
    const { nonce } = await send()
    expect(await send({ claims: { nonce, iat: clock.now() - 360 } })).toMatchObject({
      reason: 'dpop iat',
    })
    expect(await send({ claims: { nonce, ath: 'x' } })).toMatchObject({ reason: 'dpop ath' })
  })

  test('without the option a nonce is not looked at', async () => {
    const { send } = await startDpopGate({})
    expect(await send({ claims: { nonce: 'whatever' } })).toEqual(GOOD)
  })
})

describe('how old a proof may be', () => {
  test.each([
    [{}, 90, 30],
    [{ proofSeconds: 1 }, 31, 30],
    [{ proofSeconds: 300 }, 300, 30],
  ])('%j: %d seconds, and %d ahead', async (dpop, age, ahead) => {
    const { send, clock } = await startDpopGate(dpop)
    const made = (offset: number) => send({ claims: { iat: clock.now() + offset } })
    expect(await made(-age)).toEqual(GOOD)
    expect(await made(-age - 1)).toMatchObject({ status: 401, reason: 'dpop iat' })
    expect(await made(ahead)).toEqual(GOOD)
    expect(await made(ahead + 1)).toMatchObject({ status: 401, reason: 'dpop iat' })
  })
})

// It stands still, so that no minute ends unexpectedly.
const start = Math.floor(Date.now() / 1000)
let passed = 0
const now = (): number => start + passed
const strict = await openWorld({
  server: {
    allowedOrigins: ['https://app.example.com'],
    clock: { now, elapsed: () => performance.now() },
    dpop: { required: true, nonceSecret, algorithms: ['ES256'] },
  },
})
afterAll(() => strict.close())

describe('where every token has to be bound', () => {
  test.each(strict.apps)(
    'a bearer token is refused, and challenges name the scheme DPoP alone (%s)',
    everywhere(strict, async (app) => {
      const refused = await app.send(post(call(1), bearer(strict.tokens.good)))
      expect(refused).toMatchObject({ status: 401 })
      expect(refused.headers['www-authenticate']).toMatch(
        /^DPoP error="invalid_token", .+, algs="ES256"$/,
      )
      expect(takeReasons(strict)).toEqual(['unbound'])
      const bare = await app.send({})
      expect(bare.headers['www-authenticate']).toMatch(
        /^DPoP resource_metadata=".+", algs="ES256"$/,
      )
    }),
  )

  test.each(strict.apps)(
    'the metadata says so (%s)',
    everywhere(strict, async (app) => {
      const { body } = await app.send({ target: METADATA_PATH })
      expect(JSON.parse(body)).toMatchObject({
        dpop_signing_alg_values_supported: ['ES256'],
        dpop_bound_access_tokens_required: true,
      })
    }),
  )

  test.each(strict.apps)(
    'nonces reach the client, and the page of an allowed origin (%s)',
    everywhere(strict, async (app) => {
      const client = await createDpopClient(RESOURCE, now)
      const token = await strict.issuer.mint({
        aud: RESOURCE,
        scope: 'notes:read',
        cnf: { jkt: client.thumbprint },
      })
      const send = async (nonce?: string) => {
        const proof = await client.prove(token, { claims: { nonce } })
        const headers = [
          ['Authorization', `DPoP ${token}`],
          ['DPoP', proof],
          ['Origin', 'https://app.example.com'],
        ] as const
        return app.send(post(call(1), ...headers))
      }
      const told = await send()
      expect(told).toMatchObject({ status: 401 })
      expect(told.headers['access-control-expose-headers']).toContain('DPoP-Nonce')
      const answered = await send(told.headers['dpop-nonce'])
      expect(answered).toMatchObject({ status: 200, body: 'handled' })
      expect(answered.headers['access-control-expose-headers']).toContain('DPoP-Nonce')
      passed += 60
      const renewed = await send(told.headers['dpop-nonce'])
      expect(renewed).toMatchObject({ status: 200, body: 'handled' })
      expect(renewed.headers['dpop-nonce']).toMatch(/^[\w-]{43}$/)
      expect(renewed.headers['dpop-nonce']).not.toBe(told.headers['dpop-nonce'])
      passed = 0
    }),
  )
})

test.each([
  [{}, false],
  [{ required: false }, false],
  [{ required: true }, true],
])('metadata of %j', async (dpop, isRequired) => {
  const { nodes } = await startDpopGate(dpop)
  const metadata = nodes[0]?.protectedResourceMetadata
  expect(metadata?.dpop_signing_alg_values_supported).toContain('ES256')
  expect(metadata?.dpop_bound_access_tokens_required).toBe(isRequired ? true : undefined)
})
