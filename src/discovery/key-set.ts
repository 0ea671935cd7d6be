import { createLocalJWKSet, errors, type JSONWebKeySet, type JWK } from 'jose'
import { type ErrorCode, UpstreamError } from '../errors/index.ts'
import { isRocaModulus } from './roca.ts'

/** What a key set has for the header of one token. */
export type KeySelection =
  | { readonly kind: 'key'; readonly key: CryptoKey }
  /** No key has this `kid`, or none fits: a rotation may have happened. */
  | { readonly kind: 'unknown' }
  /** The `kid` is known, and its key cannot be used with this algorithm. */
  | { readonly kind: 'unfit' }
  /** The token has no `kid` and several keys fit. */
  | { readonly kind: 'ambiguous'; readonly candidates: AsyncIterable<CryptoKey> }

/** The header fields that choose a key (RFC 7515 §4.1). */
export interface KeyHint {
  readonly alg: string
  readonly kid: string | undefined
}

/** A validated JSON Web Key Set with public keys only. */
export interface KeySet {
  select(hint: KeyHint): Promise<KeySelection>
  /** Identifies the content: equal for equal sets. */
  readonly fingerprint: string
}

const MAX_KEYS = 100
// Members of private and of symmetric keys: RFC 7518 §6.2.2, §6.3.2, §6.4.1; RFC 8037 §2; `priv`
// of the AKP keys that ML-DSA has.
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'] as const

/**
 * Validates a key set as it was fetched (RFC 7517 §5).
 *
 * @throws {UpstreamError} `ERR_UPSTREAM_JWKS_INVALID`, `ERR_UPSTREAM_JWKS_PRIVATE_MATERIAL`
 */
export function parseKeySet(document: Readonly<Record<string, unknown>>, source: string): KeySet {
  const { keys } = document
  // First, since a leak is worth an alert also where the set is otherwise malformed.
  if (Array.isArray(keys) && keys.some(isPrivateKey)) {
    throw keySetError('ERR_UPSTREAM_JWKS_PRIVATE_MATERIAL', source)
  }
  if (!isKeyList(keys)) throw keySetError('ERR_UPSTREAM_JWKS_INVALID', source)

  const jwks: JSONWebKeySet = { keys: keys.filter((key) => !isWeak(key)) }
  const kids = new Set(keys.map(({ kid }) => kid))
  const resolve = createLocalJWKSet(jwks)
  return {
    fingerprint: JSON.stringify(keys),
    async select({ alg, kid }) {
      if (kid !== undefined && !kids.has(kid)) return { kind: 'unknown' }
      try {
        return { kind: 'key', key: await resolve({ alg, ...(kid !== undefined && { kid }) }) }
      } catch (error) {
        if (error instanceof errors.JWKSMultipleMatchingKeys) {
          return { kind: 'ambiguous', candidates: error }
        }
        if (!isAboutTheKey(error)) throw error
        return { kind: kid === undefined ? 'unknown' : 'unfit' }
      }
    },
  }
}

/** No key fits, or one that does is malformed; anything else is a failure of the platform. */
function isAboutTheKey(error: unknown): boolean {
  return (
    error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException
  )
}

function isKeyList(value: unknown): value is JWK[] {
  return (
    Array.isArray(value) &&
    value.length <= MAX_KEYS &&
    value.every((key) => typeof key === 'object' && key !== null && typeof key.kty === 'string')
  )
}

/** A key whose private part anybody can compute; the others of its set are as good as before. */
function isWeak({ kty, n }: JWK): boolean {
  return kty === 'RSA' && typeof n === 'string' && isRocaModulus(n)
}

/** Whether a JSON Web Key is symmetric, or has members of a private one. */
export function isPrivateKey(key: unknown): boolean {
  if (typeof key !== 'object' || key === null) return false
  const isSymmetric = 'kty' in key && key.kty === 'oct'
  return isSymmetric || PRIVATE_MEMBERS.some((member) => Object.hasOwn(key, member))
}

function keySetError(code: ErrorCode, source: string): UpstreamError {
  return new UpstreamError(code, `Key set ${source}`, { retryable: false })
}
