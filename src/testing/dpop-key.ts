import { createHash } from 'node:crypto'
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type JWTHeaderParameters,
  SignJWT,
} from 'jose'

/** The request that a proof is for. */
export interface DpopRequest {
  /** @defaultValue `POST` */
  readonly method?: string | undefined
  readonly url: string | URL
  /** The access token that goes with it. @defaultValue none, as at the token endpoint */
  readonly accessToken?: string | undefined
  /** What the server gave in `DPoP-Nonce`. @defaultValue none */
  readonly nonce?: string | undefined
}

/** How a proof deviates from a good one; what is `undefined` is left out. */
export interface DpopProofChanges {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Partial<JWTHeaderParameters>
}

/** The key of a client that binds its tokens to it (RFC 9449). */
export interface DpopKey {
  /** The claim `cnf` of an access token that is bound to this key. */
  readonly cnf: { readonly jkt: string }
  /** Makes the value of the header `DPoP`; each one is good for one request. */
  prove(request: DpopRequest, changes?: DpopProofChanges): Promise<string>
}

/** What {@link createDpopKey} can be told. */
export interface DpopKeyOptions {
  /** @defaultValue ES256 */
  readonly algorithm?: 'ES256' | 'RS256' | 'EdDSA'
  /** Seconds since the epoch. @defaultValue the system's clock */
  readonly now?: () => number
}

/**
 * Creates the key of a client with DPoP, and makes its proofs.
 *
 * It sends nothing, and does NOT keep nonces: give each proof the one that the last answer had.
 *
 * @example
 * ```ts
 * const key = await createDpopKey()
 * const token = await issuer.mint({ aud: url, cnf: key.cnf })
 * const proof = await key.prove({ url, accessToken: token })
 * await fetch(url, { method: 'POST', headers: { authorization: `DPoP ${token}`, dpop: proof } })
 * ```
 *
 * @see [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449.html)
 */
export async function createDpopKey(options: DpopKeyOptions = {}): Promise<DpopKey> {
  const { algorithm = 'ES256', now = () => Math.floor(Date.now() / 1000) } = options
  const { privateKey, publicKey } = await generateKeyPair(algorithm)
  const jwk = await exportJWK(publicKey)
  return {
    cnf: { jkt: await calculateJwkThumbprint(jwk) },
    prove({ method = 'POST', url, accessToken, nonce }, { claims, header } = {}) {
      const { origin, pathname } = new URL(url)
      const right = {
        jti: crypto.randomUUID(),
        htm: method,
        // RFC 9449 §4.2: without query and fragment.
        htu: origin + pathname,
        iat: now(),
        nonce,
        ...(accessToken !== undefined && {
          ath: createHash('sha256').update(accessToken).digest('base64url'),
        }),
      }
      return new SignJWT({ ...right, ...claims })
        .setProtectedHeader({ alg: algorithm, typ: 'dpop+jwt', jwk, ...header })
        .sign(privateKey)
    },
  }
}
