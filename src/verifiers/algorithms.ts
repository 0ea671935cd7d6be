/**
 * JWS algorithms for access tokens (RFC 7518 §3.1, RFC 8037, RFC 9864).
 *
 * @module
 */

/** Algorithms with a public key. `none` and anything else is refused before a key is looked up. */
export const ASYMMETRIC_ALGORITHMS: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

/** The shortest secret of an algorithm, in bytes: as long as its hash (RFC 7518 §3.2). */
const SECRET_BYTES: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 }

/** Algorithms with a shared secret, accepted only beside an explicitly configured one. */
export const SYMMETRIC_ALGORITHMS: readonly string[] = Object.keys(SECRET_BYTES)

/** Whether `secret` is one that `alg` can be trusted with; `alg` is a symmetric algorithm. */
export function isLongEnough(secret: unknown, alg: string): secret is Uint8Array {
  return secret instanceof Uint8Array && secret.byteLength >= (SECRET_BYTES[alg] ?? Infinity)
}
