import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

type Claims = Readonly<Record<string, unknown>>

/** What a proof says instead of the right thing; `undefined` leaves a claim out. */
export interface ProofChanges {
  readonly claims?: Claims
  readonly header?: Readonly<Record<string, unknown>>
}

/** A client with a key of its own, whose proofs can be wrong in any way. */
export interface DpopClient {
  /** RFC 7638, as `cnf.jkt` has it. */
  readonly thumbprint: string
  readonly publicJwk: JWK
  readonly privateJwk: JWK
  /** A new proof for a POST to the resource. */
  prove(token: string, changes?: ProofChanges): Promise<string>
}

/** @param now Seconds since the epoch. */
export async function createDpopClient(
  url: string,
  now: () => number,
  alg: 'ES256' | 'EdDSA' | 'PS256' | 'RS256' = 'ES256',
): Promise<DpopClient> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const publicJwk = await exportJWK(publicKey)
  return {
    thumbprint: await calculateJwkThumbprint(publicJwk),
    publicJwk,
    privateJwk: await exportJWK(privateKey),
    prove(token, { claims, header } = {}) {
      const ath = createHash('sha256').update(token).digest('base64url')
      const right = { jti: randomUUID(), htm: 'POST', htu: url, iat: now(), ath }
      return new SignJWT({ ...right, ...claims })
        .setProtectedHeader({
          alg,
          typ: 'dpop+jwt',
          jwk: publicJwk,
          ...header,
        })
        .sign(privateKey)
    },
  }
}
