import { exportSPKI } from 'jose'
import { describe, expect, test } from 'vitest'
import { type KeySelection, parseKeySet } from '../../../src/discovery/key-set.ts'
import { createForge } from '../../security/support/token-forge.ts'

const SOURCE = 'https://id.example.com/jwks'
const ec = createForge('ec')
const rsa = createForge('rsa', 'RS256')
const parse = (keys: unknown): ReturnType<typeof parseKeySet> => parseKeySet({ keys }, SOURCE)

/** The kind of a selection, with the public key that was selected. */
async function outcome(selection: Promise<KeySelection>): Promise<string> {
  const chosen = await selection
  if (chosen.kind !== 'key') return chosen.kind
  const spki = await exportSPKI(chosen.key)
  const names = [ec, rsa].map((forge) => [
    forge.publicKey.export({ type: 'spki', format: 'pem' }).toString().trim(),
    forge.kid,
  ])
  return String(Object.fromEntries(names)[spki.trim()] ?? 'another key')
}

describe('choosing a key', () => {
  const set = parse([ec.jwk, rsa.jwk])

  test.each([
    ['ES256', 'ec', 'ec'],
    ['RS256', 'rsa', 'rsa'],
    ['ES256', undefined, 'ec'],
    ['RS256', undefined, 'rsa'],
    ['ES256', 'rsa', 'unfit'],
    ['RS256', 'ec', 'unfit'],
    ['ES384', 'ec', 'unfit'],
    ['PS256', 'rsa', 'unfit'],
    ['HS256', 'rsa', 'unfit'],
    ['none', 'rsa', 'unfit'],
    ['ES256', 'other', 'unknown'],
    ['ES256', '', 'unknown'],
    ['ES256', 'EC', 'unknown'],
    ['EdDSA', undefined, 'unknown'],
    ['HS256', undefined, 'unknown'],
  ])('alg %s and kid %s: %s', async (alg, kid, expected) => {
    expect(await outcome(set.select({ alg, kid }))).toBe(expected)
  })

  test.each(['__proto__', 'constructor', 'hasOwnProperty', '0', 'undefined'])(
    'kid %s is unknown, and found where it is published',
    async (kid) => {
      expect(await outcome(set.select({ alg: 'ES256', kid }))).toBe('unknown')
      const published = parse([{ ...ec.jwk, kid }])
      expect(await outcome(published.select({ alg: 'ES256', kid }))).toBe('ec')
    },
  )

  test.each([
    ['for encryption', { use: 'enc' }],
    ['without the operation verify', { key_ops: ['encrypt'] }],
    ['for another algorithm', { alg: 'ES384' }],
    ['of another curve', { crv: 'P-384' }],
    ['with a point that is on no curve', { x: ec.jwk.y, y: ec.jwk.x }],
    ['with a coordinate missing', { x: undefined }],
  ])('a key %s does not fit', async (_name, changes) => {
    const changed = parse([JSON.parse(JSON.stringify({ ...ec.jwk, ...changes }))])
    expect(await outcome(changed.select({ alg: 'ES256', kid: 'ec' }))).toBe('unfit')
  })

  test('a key without alg, use and kid fits its type', async () => {
    const bare = ec.publicKey.export({ format: 'jwk' })
    expect(await outcome(parse([bare]).select({ alg: 'ES256', kid: undefined }))).toBe('ec')
    expect(await outcome(parse([bare]).select({ alg: 'ES256', kid: 'ec' }))).toBe('unknown')
  })

  test('several that fit are ambiguous, in the order they are published', async () => {
    const second = createForge('second')
    const selection = await parse([ec.jwk, rsa.jwk, second.jwk]).select({
      alg: 'ES256',
      kid: undefined,
    })
    if (selection.kind !== 'ambiguous') throw new Error(selection.kind)
    const keys: string[] = []
    for await (const key of selection.candidates) keys.push((await exportSPKI(key)).trim())
    expect(keys).toEqual(
      [ec, second].map((forge) =>
        String(forge.publicKey.export({ type: 'spki', format: 'pem' })).trim(),
      ),
    )
  })
})

describe('a modulus of the flawed generator of CVE-2017-15361', () => {
  const isPrime = (n: number): boolean => {
    for (let factor = 2; factor * factor <= n; factor += 1) if (n % factor === 0) return false
    return true
  }
  const primes = Array.from({ length: 166 }, (_, n) => n + 2).filter(isPrime)
  const product = primes.reduce((all, prime) => all * BigInt(prime), 1n)
  // As that generator makes them: a power of 65537 modulo the product of the small primes.
  const residue = 65_537n ** 1_234n % product
  const base = (1n << 2_047n) / product
  const keyOf = (modulus: bigint): object => ({
    kty: 'RSA',
    kid: 'rsa',
    alg: 'RS256',
    n: Buffer.from(modulus.toString(16).padStart(512, '0'), 'hex').toString('base64url'),
    e: 'AQAB',
  })

  test('verifies nothing, and the keys beside it do', async () => {
    const set = parse([keyOf(base * product + residue), ec.jwk])
    expect(await outcome(set.select({ alg: 'RS256', kid: 'rsa' }))).toBe('unfit')
    expect(await outcome(set.select({ alg: 'ES256', kid: 'ec' }))).toBe('ec')
  })

  test('is told from its neighbour', async () => {
    const set = parse([keyOf(base * product + residue + 2n)])
    expect(await outcome(set.select({ alg: 'RS256', kid: 'rsa' }))).toBe('another key')
  })
})

describe('what is a key set', () => {
  const thrown = (code: string): unknown => expect.objectContaining({ code, retryable: false })

  test.each([
    ['no keys', {}],
    ['keys that are an object', { keys: { 0: ec.jwk } }],
    ['keys that are a text', { keys: 'keys' }],
    ['a key that is null', { keys: [null] }],
    ['a key that is a list', { keys: [[]] }],
    ['a key that is a text', { keys: ['key'] }],
    ['a key without type', { keys: [{ kid: 'a' }] }],
    ['a key whose type is no text', { keys: [{ kty: 1 }] }],
    ['one key wrong among good ones', { keys: [ec.jwk, {}] }],
    ['101 keys', { keys: Array(101).fill(ec.jwk) }],
  ])('%s: none', (_name, document) => {
    expect(() => parseKeySet(document, SOURCE)).toThrow(thrown('ERR_UPSTREAM_JWKS_INVALID'))
  })

  test.each([
    ['no key at all', []],
    ['100 keys', Array.from({ length: 100 }, (_, n) => ({ ...ec.jwk, kid: String(n) }))],
    ['a key of a type that is not known', [{ kty: 'FUTURE', kid: 'x' }, ec.jwk]],
    ['kid of another type', [{ ...ec.jwk, kid: 1 }]],
  ])('%s: one', async (_name, keys) => {
    expect(() => parse(keys)).not.toThrow()
    expect(await outcome(parse(keys).select({ alg: 'ES256', kid: 'other' }))).toBe('unknown')
  })

  test('its fingerprint is that of its content', () => {
    expect(parse([ec.jwk]).fingerprint).toBe(parse([{ ...ec.jwk }]).fingerprint)
    expect(parse([ec.jwk]).fingerprint).not.toBe(parse([rsa.jwk]).fingerprint)
    expect(parse([ec.jwk]).fingerprint).not.toBe(parse([]).fingerprint)
  })

  test('later changes of the document have no effect', async () => {
    const keys = [{ ...ec.jwk }]
    const set = parse(keys)
    keys.length = 0
    expect(await outcome(set.select({ alg: 'ES256', kid: 'ec' }))).toBe('ec')
  })
})
