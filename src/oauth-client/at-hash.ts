import { hash } from 'node:crypto'

/** The hash that belongs to a signature algorithm (OIDC Core §3.1.3.6). */
const HASHES: Readonly<Record<string, string>> = {
  RS256: 'sha256',
  PS256: 'sha256',
  ES256: 'sha256',
  RS384: 'sha384',
  PS384: 'sha384',
  ES384: 'sha384',
  RS512: 'sha512',
  PS512: 'sha512',
  ES512: 'sha512',
  EdDSA: 'sha512',
  Ed25519: 'sha512',
}

/**
 * Whether `at_hash` is that of the access token, or is not there, which it need not be (OIDC Core
 * §3.1.3.8). With an algorithm whose hash is not known, nothing matches.
 */
export function matchesAccessTokenHash(
  atHash: unknown,
  accessToken: string,
  algorithm: unknown,
): boolean {
  if (atHash === undefined) return true
  const name =
    typeof algorithm === 'string' && Object.hasOwn(HASHES, algorithm)
      ? HASHES[algorithm]
      : undefined
  if (name === undefined) return false
  const digest = hash(name, Buffer.from(accessToken, 'ascii'), 'buffer')
  return atHash === digest.subarray(0, digest.length / 2).toString('base64url')
}
