import { compactDecrypt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { encryptToken } from '../../../src/keys/encrypt-token.ts'
import { generateKey, type NewKeyAlgorithm } from '../../../src/keys/index.ts'
import { createTestClock } from '../../security/support/test-clock.ts'
import { startRing } from './support.ts'

const clock = createTestClock()
const now = clock.now()
const claims = { iss: 'https://id.example.com', aud: 'https://h/mcp', sub: 'alice' }

async function makeRing(
  use: 'signing' | 'encryption',
  alg?: NewKeyAlgorithm,
): Promise<Awaited<ReturnType<typeof startRing>>['ring']> {
  return (await startRing(use, [await generateKey({ use, alg })])).ring
}

const signingRing = await makeRing('signing')
const encryptionRing = await makeRing('encryption', 'ECDH-ES+A256KW')
const signing = await signingRing.current()
const encryption = await encryptionRing.current()
const signingKey = signing.reveal()
const [encryptionKey = {}] = (await encryptionRing.publicJwks()).keys

describe('encryptToken', () => {
  test.each(['RSA-OAEP-256', 'ECDH-ES+A256KW'] as const)(
    'signs the claims, and encrypts that: %s',
    async (alg) => {
      const ring = await makeRing('encryption', alg)
      const key = await ring.current()
      const [publicKey = {}] = (await ring.publicJwks()).keys
      const token = await encryptToken(claims, { encryptionKey: publicKey, signingKey, clock })
      expect(decodeProtectedHeader(token)).toMatchObject({
        alg,
        enc: 'A256GCM',
        kid: key.kid,
        cty: 'JWT',
      })
      const { plaintext } = await compactDecrypt(token, await importJWK(key.reveal(), alg))
      const signed = new TextDecoder().decode(plaintext)
      const verified = await jwtVerify(signed, await importJWK(signing.publicJwk ?? {}), {
        currentDate: new Date(now * 1_000),
      })
      expect(verified.protectedHeader).toEqual({ alg: 'ES256', kid: signing.kid, typ: 'at+jwt' })
      const { jti, ...others } = verified.payload
      expect(others).toEqual({ ...claims, iat: now, exp: now + 300 })
      expect(jti).toMatch(/^[0-9a-f-]{36}$/)
    },
  )

  test('encrypts to ECDH-ES without a wrapped key', async () => {
    const direct = { ...encryptionKey, alg: 'ECDH-ES' }
    const token = await encryptToken(claims, { encryptionKey: direct, signingKey, clock })
    expect(token.split('.')[1]).toBe('')
  })

  test('lets the claims that are given count', async () => {
    const given = { ...claims, iat: 1, exp: 2, jti: 'x' }
    const token = await encryptToken(given, { encryptionKey, signingKey, clock })
    const key = await importJWK(encryption.reveal(), encryption.alg)
    const { plaintext } = await compactDecrypt(token, key)
    const [, payload = ''] = new TextDecoder().decode(plaintext).split('.')
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual(given)
  })

  test('leaves the keys that it is given as they are', async () => {
    const [given, own] = [{ ...encryptionKey }, { ...signingKey }]
    await encryptToken(claims, { encryptionKey: given, signingKey: own })
    expect([Object.isFrozen(given), Object.isFrozen(own)]).toEqual([false, false])
  })

  test.each([
    ['a private recipient', { encryptionKey: encryption.reveal() }, 'private'],
    ['a public issuer', { signingKey: signing.publicJwk }, 'public'],
    ['a recipient without kid', { encryptionKey: { ...encryptionKey, kid: undefined } }, 'kid'],
    ['an issuer without kid', { signingKey: { ...signingKey, kid: undefined } }, 'kid'],
    ['a recipient with RSA-OAEP', { encryptionKey: { ...encryptionKey, alg: 'RSA-OAEP' } }, 'alg'],
    ['a recipient without alg', { encryptionKey: { ...encryptionKey, alg: undefined } }, 'alg'],
    ['an issuer with HS256', { signingKey: { ...signingKey, alg: 'HS256' } }, 'alg'],
    ['an issuer with none', { signingKey: { ...signingKey, alg: 'none' } }, 'alg'],
    ['a recipient off curve', { encryptionKey: { ...encryptionKey, x: 'AAAA' } }, 'no ECDH-ES'],
  ])('%s is refused, and named without the key', async (_name, options, what) => {
    const given = { encryptionKey, signingKey, ...options } as Parameters<typeof encryptToken>[1]
    const error: unknown = await encryptToken(claims, given).catch((cause: unknown) => cause)
    expect(error).toMatchObject({
      code: 'ERR_CONFIG_KEY_INVALID',
      message: expect.stringContaining(what),
    })
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(signingKey.d)
  })

  test.each([0, -1, 86_401, Number.NaN])(
    'a lifetime of %s s is refused',
    async (lifetimeSeconds) => {
      await expect(
        encryptToken(claims, { encryptionKey, signingKey, lifetimeSeconds }),
      ).rejects.toMatchObject({ code: 'ERR_CONFIG_NUMBER_RANGE' })
    },
  )
})
