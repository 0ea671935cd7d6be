import {
  CompactEncrypt,
  CompactSign,
  calculateJwkThumbprint,
  compactDecrypt,
  compactVerify,
  importJWK,
  type JWK,
} from 'jose'
import { describe, expect, test } from 'vitest'
import {
  buildJwksAnswer,
  generateKey,
  type KeyRing,
  rotateKeys,
  type StoredKeys,
} from '../../../src/keys/index.ts'
import { createTestClock, START_SECONDS } from '../../security/support/test-clock.ts'
import { makeKeys, startRing } from './support.ts'

const text = new TextEncoder().encode('text')

describe('a new key', () => {
  test.each(['ES256', 'RS256', 'EdDSA'] as const)('signs with %s', async (alg) => {
    const stored = await generateKey({ use: 'signing', alg, clock: createTestClock() })
    const expected = { use: 'sig', alg, ring: 'signing', status: 'current', iat: START_SECONDS }
    expect(stored).toMatchObject({ ...expected, kid: await calculateJwkThumbprint(stored) })
    const { ring } = await startRing('signing', [stored])
    const key = await importJWK((await ring.current()).reveal(), alg)
    const token = await new CompactSign(text).setProtectedHeader({ alg }).sign(key)
    const publicKey = await importJWK(await publicOf(ring), alg)
    expect((await compactVerify(token, publicKey)).payload).toEqual(text)
  })

  test.each(['RSA-OAEP-256', 'ECDH-ES+A256KW'] as const)('decrypts with %s', async (alg) => {
    const stored = await generateKey({ use: 'encryption', alg })
    expect(stored).toMatchObject({ use: 'enc', alg, ring: 'encryption' })
    const { ring } = await startRing('encryption', [stored])
    const publicKey = await importJWK(await publicOf(ring), alg)
    const token = await new CompactEncrypt(text)
      .setProtectedHeader({ alg, enc: 'A256GCM' })
      .encrypt(publicKey)
    const key = await importJWK((await ring.current()).reveal(), alg)
    expect((await compactDecrypt(token, key)).plaintext).toEqual(text)
  })

  test('of RSA has 3,072 bits', async () => {
    for (const [use, alg] of [
      ['signing', 'RS256'],
      ['encryption', 'RSA-OAEP-256'],
    ] as const) {
      const { n = '' } = await generateKey({ use, alg })
      expect(Buffer.from(n, 'base64url')).toHaveLength(384)
    }
  })

  test.each(['storage', 'cookies', 'state'] as const)('for %s is 32 random bytes', async (use) => {
    const [first, second] = [await generateKey({ use }), await generateKey({ use })]
    expect(Buffer.from(first.k ?? '', 'base64url')).toHaveLength(32)
    expect(first.k).not.toBe(second.k)
    expect(Object.keys(first).toSorted()).toEqual([
      'iat',
      'k',
      'kid',
      'kty',
      'ring',
      'status',
      'use',
    ])
  })

  test.each([
    ['signing', 'RSA-OAEP-256'],
    ['encryption', 'ES256'],
    ['storage', 'ES256'],
  ] as const)('for %s is refused with %s', async (use, alg) => {
    await expect(generateKey({ use, alg })).rejects.toMatchObject({
      code: 'ERR_CONFIG_KEY_INVALID',
    })
  })
})

describe('a rotation', () => {
  const DAY = 86_400
  const kidsOf = ({ keys }: StoredKeys): readonly unknown[] =>
    keys.map(({ kid, status, retired_at }) => [kid, status, retired_at])

  test('makes next current, current previous, and a new key next', async () => {
    const keys = await makeKeys('storage', ['current', 'next'])
    const options = { use: 'storage', overlapSeconds: DAY, clock: createTestClock() } as const
    const rotated = await rotateKeys({ keys }, options)
    expect(kidsOf(rotated.keys)).toEqual([
      [keys[1]?.kid, 'current', undefined],
      [expect.not.stringMatching(String(keys[0]?.kid)), 'next', undefined],
      [keys[0]?.kid, 'previous', START_SECONDS],
    ])
    expect([rotated.dropped, rotated.kept]).toEqual([[], []])
    const { ring } = await startRing('storage', rotated.keys.keys)
    expect((await ring.current()).kid).toBe(keys[1]?.kid)
  })

  test('of a single key makes two', async () => {
    const keys = await makeKeys('signing', ['current'], 'EdDSA')
    const rotated = await rotateKeys({ keys }, { use: 'signing', overlapSeconds: DAY })
    expect(rotated.keys.keys.map(({ status, alg }) => [status, alg])).toEqual([
      ['current', 'EdDSA'],
      ['next', 'EdDSA'],
      ['previous', 'EdDSA'],
    ])
  })

  test('keeps the algorithm, unless another one is asked for', async () => {
    const keys = await makeKeys('signing', ['current'], 'RS256')
    const options = { use: 'signing', overlapSeconds: DAY } as const
    const nextAlg = async (alg?: 'ES256'): Promise<unknown> =>
      (await rotateKeys({ keys }, { ...options, alg })).keys.keys[1]?.alg
    expect([await nextAlg(), await nextAlg('ES256')]).toEqual(['RS256', 'ES256'])
  })

  test('SEC-262 drops what was retired before the overlap, and nothing that is in use', async () => {
    const clock = createTestClock()
    const options = { use: 'storage', overlapSeconds: DAY, clock } as const
    const first = await rotateKeys({ keys: await makeKeys('storage', ['current']) }, options)
    const kid = first.keys.keys[2]?.kid ?? ''
    clock.pass(DAY - 1)
    const second = await rotateKeys(first.keys, options)
    expect(second.dropped).toEqual([])
    expect(second.keys.keys.map((key) => key.kid)).toContain(kid)
    clock.pass(1)
    const inUse = await rotateKeys(second.keys, { ...options, inUse: [kid] })
    expect([inUse.dropped, inUse.kept]).toEqual([[], [kid]])
    expect(inUse.keys.keys.find((key) => key.kid === kid)?.retired_at).toBe(START_SECONDS)
    const unused = await rotateKeys(second.keys, options)
    expect([unused.dropped, unused.kept]).toEqual([[kid], []])
    expect(unused.keys.keys.map((key) => key.kid)).not.toContain(kid)
  })

  test('gives a previous key of unknown age a whole overlap', async () => {
    const clock = createTestClock()
    const keys = await makeKeys('storage', ['current', 'previous'])
    const rotated = await rotateKeys({ keys }, { use: 'storage', overlapSeconds: 1, clock })
    expect(kidsOf(rotated.keys)).toContainEqual([keys[1]?.kid, 'previous', START_SECONDS])
  })

  test('names keys that had no kid', async () => {
    const [{ kid, ...key } = { kid: '', kty: 'oct' }] = await makeKeys('state', ['current'])
    const rotated = await rotateKeys({ keys: [key] }, { use: 'state', overlapSeconds: 1 })
    expect(rotated.keys.keys[2]?.kid).toBe(kid)
  })

  test('refuses keys of another use, and an overlap of nothing', async () => {
    const keys = await makeKeys('storage', ['current'])
    await expect(rotateKeys({ keys }, { use: 'state', overlapSeconds: 1 })).rejects.toMatchObject({
      code: 'ERR_CONFIG_KEY_INVALID',
    })
    for (const overlapSeconds of [0, -1, Number.NaN]) {
      await expect(rotateKeys({ keys }, { use: 'storage', overlapSeconds })).rejects.toMatchObject({
        code: 'ERR_CONFIG_NUMBER_RANGE',
      })
    }
  })
})

describe('the answer of the JWKS endpoint', () => {
  test('is the public keys of all rings, for every page', async () => {
    const signing = await makeKeys('signing', ['current', 'next'])
    const encryption = await makeKeys('encryption', ['current'], 'ECDH-ES+A256KW')
    const rings = [
      (await startRing('signing', signing)).ring,
      (await startRing('encryption', encryption)).ring,
      (await startRing('storage', await makeKeys('storage', ['current']))).ring,
    ]
    const answer = await buildJwksAnswer(rings)
    expect(answer.status).toBe(200)
    expect(Object.fromEntries(answer.headers)).toEqual({
      'access-control-allow-origin': '*',
      'cache-control': 'public, max-age=600',
      'content-type': 'application/jwk-set+json',
    })
    const { keys } = (await answer.json()) as { keys: JWK[] }
    expect(keys.map(({ kid }) => kid)).toEqual([...signing, ...encryption].map(({ kid }) => kid))
    for (const key of keys) expect(Object.keys(key)).not.toContain('d')
  })

  test('can be kept as long as is said', async () => {
    const answer = await buildJwksAnswer([], { maxAgeSeconds: 60 })
    expect(answer.headers.get('cache-control')).toBe('public, max-age=60')
    expect(await answer.json()).toEqual({ keys: [] })
    for (const maxAgeSeconds of [-1, 86_401, Number.NaN]) {
      await expect(buildJwksAnswer([], { maxAgeSeconds })).rejects.toMatchObject({
        code: 'ERR_CONFIG_NUMBER_RANGE',
      })
    }
  })
})

async function publicOf(ring: KeyRing): Promise<JWK> {
  const { keys } = await ring.publicJwks()
  const [key] = keys
  expect(key).toBeDefined()
  return key ?? {}
}
