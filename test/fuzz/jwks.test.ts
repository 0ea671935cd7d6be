import { UpstreamError } from 'mcp-gatehouse'
import { describe, expect, test } from 'vitest'
import { type KeyHint, parseKeySet } from '../../src/discovery/key-set.ts'
import { createForge } from '../security/support/token-forge.ts'
import { expectPristinePrototype } from '../security/support/token-gate.ts'
import * as fc from './fast-check.ts'
import { RUNS } from './runs.ts'

const good = createForge('good')
const privateMember = fc.constantFrom('d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv')

const member = fc.constantFrom(
  'kty',
  'kid',
  'alg',
  'use',
  'key_ops',
  'ext',
  'crv',
  'x',
  'y',
  'n',
  'e',
  '__proto__',
)
const value = fc.oneof(
  fc.constantFrom('EC', 'RSA', 'OKP', 'oct', 'P-256', 'ES256', 'sig', 'good', 'AQAB', 'AA', ''),
  fc.jsonValue(),
)
const key = fc
  .tuple(fc.constantFrom('EC', 'RSA', 'OKP', 'AKP', 'X'), fc.dictionary(member, value))
  .map(([kty, members]) => Object.assign({ kty }, members))

const OUTCOMES = ['refused', 'key', 'unknown', 'unfit', 'ambiguous']

/** What a document answers to a question; anything but a value or an `UpstreamError` is thrown on. */
async function ask(document: Readonly<Record<string, unknown>>, hint: KeyHint): Promise<string> {
  try {
    return (await parseKeySet(document, 'https://id.example.com/jwks').select(hint)).kind
  } catch (error) {
    if (error instanceof UpstreamError) return 'refused'
    throw error
  }
}

describe('a key set from the network', () => {
  test('is refused with an UpstreamError, or answers every question with a value', async () => {
    const document = fc.oneof(
      fc.record({ keys: fc.array(fc.oneof(key, fc.jsonValue()), { maxLength: 5 }) }),
      fc.dictionary(fc.constantFrom('keys', 'x'), fc.jsonValue()),
    )
    const hint = fc.record({
      alg: fc.constantFrom('ES256', 'RS256', 'EdDSA', 'HS256', 'none', 'X'),
      kid: fc.option(fc.constantFrom('good', 'x', '', '__proto__'), { nil: undefined }),
    })
    await fc.assert(
      fc.asyncProperty(document, hint, async (some, asked) => {
        expect(OUTCOMES).toContain(await ask(some, asked))
        expectPristinePrototype()
      }),
      RUNS,
    )
  })

  test('with a private member in any key is refused, whatever else it has', () => {
    const types = fc.array(fc.constantFrom('EC', 'RSA', 'OKP', 'oct', 'X'), { maxLength: 3 })
    fc.assert(
      fc.property(types, privateMember, fc.nat(), fc.jsonValue(), (others, name, at, secret) => {
        const keys: object[] = [...others.map((kty) => ({ kty })), good.jwk]
        const index = at % keys.length
        const document = { keys: keys.with(index, { ...keys[index], [name]: secret }) }
        expect(() => parseKeySet(document, 'x')).toThrow(
          expect.objectContaining({ code: 'ERR_UPSTREAM_JWKS_PRIVATE_MATERIAL' }),
        )
      }),
      RUNS,
    )
  })

  test('keys that cannot be used take nothing away from the one that can', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(key, { maxLength: 4 }), async (others) => {
        const named = others.map((one) => Object.assign(one, { kty: 'EC', kid: 'other' }))
        for (const one of named) Reflect.setPrototypeOf(one, Object.prototype)
        const keys = [...named, good.jwk]
        const set = parseKeySet({ keys }, 'x')
        expect((await set.select({ alg: 'ES256', kid: 'good' })).kind).toBe('key')
      }),
      RUNS,
    )
  })
})
