import { compactDecrypt, importJWK, type JWK } from 'jose'
import type { RingKey } from '../keys/index.ts'
import type { JweHeader } from './compact-jwe.ts'
import { accept, type Checked, refuse } from './token-failure.ts'

/**
 * Decrypts a token with this one key, whose algorithm must be that of the header.
 *
 * Whatever fails once the key is used is one and the same refusal: padding, encrypted key and tag
 * must not be told apart (RFC 7516 §11.5, RFC 8725 §3.2).
 */
export async function decryptJwe(
  token: string,
  { alg, parameters }: JweHeader,
  key: RingKey,
): Promise<Checked<Uint8Array>> {
  const { privateKey } = key
  if (key.alg !== alg || privateKey === undefined) return refuse('alg')
  if (alg.startsWith('ECDH-ES') && !(await isPointOfCurve(parameters['epk'], alg, key))) {
    return refuse('epk')
  }
  try {
    const { plaintext } = await compactDecrypt(token, privateKey, {
      keyManagementAlgorithms: [alg],
      contentEncryptionAlgorithms: ['A256GCM'],
      maxDecompressedLength: 0,
    })
    return accept(plaintext)
  } catch {
    return refuse('decrypt')
  }
}

/** Whether the ephemeral key is a public key on the curve of ours; the platform looks at the point. */
async function isPointOfCurve(epk: unknown, alg: string, { publicJwk }: RingKey): Promise<boolean> {
  if (typeof epk !== 'object' || epk === null) return false
  const { kty, crv, d }: JWK = epk
  if (kty !== publicJwk?.kty || crv !== publicJwk?.crv || d !== undefined) return false
  try {
    await importJWK(epk, alg)
    return true
  } catch {
    return false
  }
}
