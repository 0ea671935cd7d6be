import { beforeAll, describe, expect, test } from 'vitest'
import { createKeyRing, generateKey, type StoredKey } from '../../src/keys/index.ts'
import { accept, type TokenVerifier } from '../../src/verifiers/index.ts'
import { jweVerifier } from '../../src/verifiers/public.ts'
import { encrypt } from '../security/support/jwe-gate.ts'
import { createTestClock } from '../security/support/test-clock.ts'
import { encodeSegment } from '../security/support/token-forge.ts'
import { createTestSource } from '../unit/keys/support.ts'
import * as fc from './fast-check.ts'
import { RUNS } from './runs.ts'

const ISSUER = 'https://id.example.com'
const clock = createTestClock()
const now = clock.now()
const claims = { iss: ISSUER, sub: 'alice', iat: now, exp: now + 300 }
const SIGNED = `${encodeSegment({ alg: 'ES256' })}.${encodeSegment(claims)}.AAAA`
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('')

describe('an encrypted token', () => {
  let keys: readonly StoredKey[]
  let verifier: TokenVerifier
  let tokens: readonly string[]
  const given: string[] = []
  beforeAll(async () => {
    keys = await Promise.all(
      (['ECDH-ES+A256KW', 'ECDH-ES+A256KW', 'RSA-OAEP-256'] as const).map((alg, index) =>
        generateKey({ use: 'encryption', alg, status: index === 0 ? 'current' : 'previous' }),
      ),
    )
    const ring = await createKeyRing({
      use: 'encryption',
      source: createTestSource(...keys),
      clock,
    })
    const nested: TokenVerifier = {
      async verify(token) {
        given.push(token)
        return accept({ issuer: ISSUER, claims: { ...claims } })
      },
    }
    verifier = jweVerifier({ keys: ring, nested, clock })
    tokens = await Promise.all(keys.map((key) => encrypt(SIGNED, key)))
  })

  async function expectRefused(token: string): Promise<void> {
    expect(await verifier.verify(token)).toEqual({ ok: false, reason: expect.any(String) })
    expect(given).toEqual([])
  }
  const which = fc.nat(2)

  test('is given to the verifier inside, for every algorithm', async () => {
    for (const token of tokens) expect(await verifier.verify(token)).toMatchObject({ ok: true })
    expect(given.splice(0)).toEqual([SIGNED, SIGNED, SIGNED])
  })

  test('of which one character has changed is refused, and nothing of it is used', async () => {
    await fc.assert(
      fc.asyncProperty(
        which,
        fc.nat(),
        fc.constantFrom(...BASE64URL, '.', '=', '+', ' '),
        (...args) => {
          const [index, at, other] = args
          const token = tokens[index] ?? ''
          const place = at % token.length
          fc.pre(token[place] !== other)
          return expectRefused(token.slice(0, place) + other + token.slice(place + 1))
        },
      ),
      RUNS,
    )
  })

  test('made of the parts of several is refused', async () => {
    const parts = fc.array(fc.tuple(which, fc.nat(4)), { minLength: 4, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(parts, async (chosen) => {
        const mixed = chosen
          .map(([index, part]) => (tokens[index] ?? '').split('.')[part])
          .join('.')
        fc.pre(!tokens.includes(mixed))
        await expectRefused(mixed)
      }),
      RUNS,
    )
  })

  test('with any other header is refused', async () => {
    const names = fc.constantFrom(
      'alg',
      'enc',
      'kid',
      'cty',
      'epk',
      'apu',
      'apv',
      'zip',
      'crit',
      'p2c',
      'jwk',
      '__proto__',
    )
    const value = fc.oneof(
      fc.constantFrom(
        'dir',
        'none',
        'RSA1_5',
        'RSA-OAEP-256',
        'ECDH-ES',
        'A256GCM',
        'A128GCM',
        'DEF',
      ),
      fc.jsonValue(),
    )
    const changes = fc.dictionary(names, value, { minKeys: 1 })
    await fc.assert(
      fc.asyncProperty(which, changes, async (index, change) => {
        const [head = '', ...rest] = (tokens[index] ?? '').split('.')
        const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as object
        const changed = encodeSegment({ ...header, ...change })
        fc.pre(changed !== head)
        await expectRefused([changed, ...rest].join('.'))
      }),
      RUNS,
    )
  })

  test('of any segments is refused', async () => {
    const segment = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map(encodeSegment),
      fc.jsonValue().map((value) => encodeSegment(JSON.stringify(value))),
      fc.string({ maxLength: 20 }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { maxLength: 7 }), (segments) =>
        expectRefused(segments.join('.')),
      ),
      RUNS,
    )
  })
})
