import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto'
import { CompactEncrypt, importJWK, type JWK } from 'jose'
import { createKeyRing, type KeyRing, type StoredKey } from '../../../src/keys/index.ts'
import { type TokenVerifier } from '../../../src/verifiers/index.ts'
import { type JweVerifierOptions, jweVerifier, jwtVerifier } from '../../../src/verifiers/public.ts'
import { createTestSource, type TestSource } from '../../unit/keys/support.ts'
import { createTestClock, type TestClock } from './test-clock.ts'
import { encodeSegment, type SegmentContent } from './token-forge.ts'
import { startIssuer, startTokenGate, type TokenGate } from './token-gate.ts'

/** A gate whose verifier is `jweVerifier`, and the keys of its ring in our hands. */
export interface JweGate extends TokenGate {
  readonly verifier: TokenVerifier
  readonly ring: KeyRing
  readonly source: TestSource
  readonly clock: TestClock
}

export interface JweGateOptions {
  readonly keys: readonly StoredKey[]
  readonly verifier?: Partial<JweVerifierOptions>
  /** Accept claims that nobody signed. */
  readonly isUnsigned?: boolean
}

/** Starts a gate for one test; it is closed when the test is done. */
export async function startJweGate({ keys, ...options }: JweGateOptions): Promise<JweGate> {
  const issuer = await startIssuer()
  const clock = createTestClock()
  const source = createTestSource(...keys)
  const ring = await createKeyRing({ use: 'encryption', source, clock })
  const content = options.isUnsigned
    ? {
        allowUnsignedJwe: true,
        issuer: issuer.issuer,
        publishesKey: false,
        onEvent: () => undefined,
      }
    : { nested: jwtVerifier({ issuer: issuer.issuer, allowInsecureLoopback: true, clock }) }
  const verifier = jweVerifier({
    keys: ring,
    clock,
    ...content,
    ...options.verifier,
  } as JweVerifierOptions)
  const gate = await startTokenGate({ issuer, clock, verifier })
  return { ...gate, verifier, ring, source, clock }
}

/** A compact JWE of anything for the public part of a key, as `jose` makes it. */
export async function encrypt(
  content: string,
  { alg = '', kid = '', ...key }: JWK,
  cty: 'JWT' | 'none' = 'JWT',
): Promise<string> {
  const publicKey = await importJWK(publicOf(key), alg)
  return new CompactEncrypt(Buffer.from(content))
    .setProtectedHeader({ alg, enc: 'A256GCM', kid, ...(cty !== 'none' && { cty }) })
    .encrypt(publicKey)
}

export function publicOf({ kty, crv, x, y, n, e }: JWK): JWK {
  return JSON.parse(JSON.stringify({ kty, crv, x, y, n, e })) as JWK
}

const PADDINGS = {
  RSA1_5: { padding: constants.RSA_PKCS1_PADDING },
  'RSA-OAEP': { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
  'RSA-OAEP-256': { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
  'RSA-OAEP-512': { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha512' },
} as const

/** A compact JWE for an RSA key, with exactly this header: what no library would make. */
export function forgeJwe(
  header: SegmentContent,
  content: string | Uint8Array,
  key: StoredKey,
  { padding = 'RSA-OAEP-256', cek = randomBytes(32) }: ForgeOptions = {},
): string {
  const publicKey = createPublicKey({ key: { ...publicOf(key) }, format: 'jwk' })
  const encryptedKey = publicEncrypt({ key: publicKey, ...PADDINGS[padding] }, cek)
  const head = encodeSegment(header)
  const iv = randomBytes(12)
  const usable = cek.length === 32 ? cek : randomBytes(32)
  const cipher = createCipheriv('aes-256-gcm', usable, iv).setAAD(Buffer.from(head))
  const ciphertext = Buffer.concat([cipher.update(content), cipher.final()])
  const rest = [encryptedKey, iv, ciphertext, cipher.getAuthTag()].map(encodeSegment)
  return [head, ...rest].join('.')
}

export interface ForgeOptions {
  readonly padding?: keyof typeof PADDINGS
  readonly cek?: Buffer
}

/** A token with another segment in one place. */
export function withSegment(token: string, at: number, segment: string): string {
  return token.split('.').with(at, segment).join('.')
}

/** A token with one bit of a segment changed. */
export function flip(token: string, at: number): string {
  const bytes = Buffer.from(token.split('.')[at] ?? '', 'base64url')
  bytes[0] = (bytes[0] ?? 0) ^ 1
  return withSegment(token, at, bytes.toString('base64url'))
}
