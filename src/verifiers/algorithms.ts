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

/** Algorithms with a shared secret, accepted only beside an explicitly configured one. */
export const SYMMETRIC_ALGORITHMS: readonly string[] = ['HS256', 'HS384', 'HS512']
