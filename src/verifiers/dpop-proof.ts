import { base64url, calculateJwkThumbprint, compactVerify, importJWK, type JWK } from 'jose'
import { isPrivateKey } from '../discovery/index.ts'
import { normalizeTargetUri } from '../oauth/index.ts'
import { sha256Bytes } from '../runtime/index.ts'
import { type CompactJws, decodeCompactJws } from './compact-jws.ts'

/**
 * Why a proof of possession was refused (RFC 9449 §4.3): one reason per check, for the log and the
 * audit event. The client is told that it is invalid, or that it needs a nonce.
 */
export type ProofFailureReason =
  /** There is no proof. */
  | 'missing'
  /** A proof beside a token that was presented as a bearer token. */
  | 'scheme'
  /** No compact JWS with strict JSON in it. */
  | 'format'
  /** Two proofs, on two lines or on one: platforms join lines with a comma. */
  | 'repeated'
  /** The `typ` is not `dpop+jwt`. */
  | 'typ'
  /** The algorithm is not one of those that are accepted. */
  | 'alg'
  /** A critical extension, of which none is known. */
  | 'crit'
  /** The embedded key is missing, private or symmetric, or cannot be used. */
  | 'jwk'
  /** The signature is not that of the embedded key. */
  | 'sig'
  /** For another HTTP method. */
  | 'htm'
  /** For another URL. */
  | 'htu'
  /** Too old, or from the future. */
  | 'iat'
  /** An `exp` that has passed, or an `nbf` that has not (RFC 7519 §4.1). */
  | 'time'
  /** The `jti` is missing. */
  | 'jti'
  /** For another access token. */
  | 'ath'
  /** The proof is by another key than the one that the token is bound to. */
  | 'thumbprint'
  /** The nonce is missing, or none of ours that is still good. */
  | 'nonce'
  /** The proof was used before. */
  | 'replay'

/** What the proofs of one server are measured by. */
export interface ProofRules {
  readonly algorithms: readonly string[]
  /** How long ago a proof may have been made, in seconds. */
  readonly maxAgeSeconds: number
  /** How far in the future it may have been made, for clocks that differ. */
  readonly maxAheadSeconds: number
}

/** The request that a proof is for. */
export interface ProvenRequest {
  readonly method: string
  /** Its public URL. */
  readonly url: string
  readonly token: string
  /** Of the key that the token is bound to (`cnf.jkt`, RFC 7638). */
  readonly thumbprint: string
}

/** What is left to check of a proof that is right in itself: that it is new. */
export interface DpopProof {
  readonly jti: string
  readonly nonce: unknown
}

export type CheckedProof =
  | { readonly ok: true; readonly value: DpopProof }
  | { readonly ok: false; readonly reason: ProofFailureReason }

/**
 * Verifies a DPoP proof: everything of RFC 9449 §4.3 but the nonce, and whether it was used before.
 *
 * @param lines The values of all `DPoP` field lines.
 * @param now Seconds since the epoch.
 */
export async function verifyDpopProof(
  lines: readonly string[],
  request: ProvenRequest,
  rules: ProofRules,
  now: number,
): Promise<CheckedProof> {
  const [proof, second] = lines
  if (proof === undefined) return refuseProof('missing')
  if (second !== undefined || proof.includes(',')) return refuseProof('repeated')
  const decoded = decodeCompactJws(proof)
  if (!decoded.ok) return refuseProof('format')
  const { header, claims } = decoded.value
  const reason =
    checkHeader(decoded.value, rules) ??
    checkTime(claims, rules, now) ??
    (await checkTarget(claims, request)) ??
    (await checkKey(proof, header['alg'] as string, header['jwk'] as JWK, request))
  if (reason !== undefined) return refuseProof(reason)
  return { ok: true, value: { jti: claims['jti'] as string, nonce: claims['nonce'] } }
}

function refuseProof(reason: ProofFailureReason): CheckedProof {
  return { ok: false, reason }
}

function checkHeader(
  { header, isSigned }: CompactJws,
  { algorithms }: ProofRules,
): ProofFailureReason | undefined {
  const { alg, jwk, typ } = header
  if ('crit' in header) return 'crit'
  if (typ !== 'dpop+jwt') return 'typ'
  if (typeof alg !== 'string' || !algorithms.includes(alg)) return 'alg'
  if (!isSigned || 'b64' in header) return 'format'
  return typeof jwk !== 'object' || jwk === null || isPrivateKey(jwk) ? 'jwk' : undefined
}

function checkTime(
  { exp, iat, nbf }: CompactJws['claims'],
  { maxAgeSeconds, maxAheadSeconds }: ProofRules,
  now: number,
): ProofFailureReason | undefined {
  if (typeof iat !== 'number') return 'iat'
  if (iat < now - maxAgeSeconds || iat > now + maxAheadSeconds) return 'iat'
  const isOver = exp !== undefined && !(typeof exp === 'number' && now < exp + maxAheadSeconds)
  const isEarly = nbf !== undefined && !(typeof nbf === 'number' && nbf <= now + maxAheadSeconds)
  return isOver || isEarly ? 'time' : undefined
}

async function checkTarget(
  { ath, htm, htu, jti }: CompactJws['claims'],
  { method, token, url }: ProvenRequest,
): Promise<ProofFailureReason | undefined> {
  if (htm !== method) return 'htm'
  const target = typeof htu === 'string' ? normalizeTargetUri(htu) : undefined
  if (target === undefined || target !== normalizeTargetUri(url)) return 'htu'
  if (typeof jti !== 'string' || jti === '') return 'jti'
  return ath === base64url.encode(await sha256Bytes(token)) ? undefined : 'ath'
}

/** With the key of the strictly parsed header: what is compared is what has signed. */
async function checkKey(
  proof: string,
  alg: string,
  jwk: JWK,
  { thumbprint }: ProvenRequest,
): Promise<ProofFailureReason | undefined> {
  const actual = await calculateJwkThumbprint(jwk).catch(() => undefined)
  if (actual === undefined) return 'jwk'
  if (actual !== thumbprint) return 'thumbprint'
  const key = await importJWK(publicMembers(jwk), alg).catch(() => undefined)
  if (key === undefined) return 'jwk'
  try {
    await compactVerify(proof, key, { algorithms: [alg] })
    return undefined
  } catch {
    return 'sig'
  }
}

/** Those that a thumbprint covers (RFC 7638 §3.2, RFC 8037 §2): the rest is the client's own affair. */
function publicMembers({ crv = '', e = '', kty = '', n = '', x = '', y = '' }: JWK): JWK {
  if (kty === 'RSA') return { kty, n, e }
  return kty === 'EC' ? { kty, crv, x, y } : { kty, crv, x }
}
