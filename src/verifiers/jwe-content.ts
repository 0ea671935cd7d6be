import { base64url } from 'jose'
import type { TokenClaims } from '../principal/index.ts'
import { isCanonicalSegment } from './segment.ts'
import { type JsonObject, parseStrictObject } from './strict-json.ts'
import { accept, type Checked, refuse, type TokenFailureReason } from './token-failure.ts'
import type { TokenVerifier, VerifiedToken } from './token-verifier.ts'

/** Turns what was decrypted into a verified token. */
export type ReadContent = (plaintext: Uint8Array) => Promise<Checked<VerifiedToken>>

/** Claims about the token itself. */
const TOKEN_CLAIMS: ReadonlySet<string> = new Set(['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'cnf'])
/** Claims that a JWE header may repeat (RFC 7519 §5.3). */
const REPLICATED_CLAIMS = ['iss', 'sub', 'aud'] as const

/** Content that must be one signed token, which this verifier vouches for. */
export function readSigned(nested: TokenVerifier): ReadContent {
  return async (plaintext) => {
    const segments = compactSegments(plaintext)
    if (segments.length === 5) return refuse('nesting')
    if (segments.length !== 3) return refuse('unsigned_jwe')
    // A signed token that declares content of its own has one more token in it.
    if ('cty' in (headerOf(segments[0] ?? '') ?? {})) return refuse('nesting')
    return nested.verify(segments.join('.'))
  }
}

/** Content that is bare claims: anybody who has the key can have written them. */
export function readUnsigned(issuer: string): ReadContent {
  return async (plaintext) => {
    if (compactSegments(plaintext).length === 5) return refuse('nesting')
    const claims = parseStrictObject(plaintext)
    if (claims === undefined) return refuse('json')
    if (claims['iss'] !== undefined && claims['iss'] !== issuer) return refuse('iss')
    return accept({ issuer, claims, cacheUntil: Infinity })
  }
}

/** Checks that claims which the header repeats are the same in the token (RFC 7519 §5.3). */
export function checkReplicated(
  header: JsonObject,
  claims: TokenClaims,
): TokenFailureReason | undefined {
  const differs = REPLICATED_CLAIMS.some(
    (name) => name in header && JSON.stringify(header[name]) !== JSON.stringify(claims[name]),
  )
  return differs ? 'replicated' : undefined
}

/** Checks that a token says when it was issued, and does not live longer than this from then on. */
export function checkLifetime(
  { iat, exp }: TokenClaims,
  maxLifetimeSeconds: number,
): TokenFailureReason | undefined {
  if (typeof exp !== 'number') return 'exp'
  if (typeof iat !== 'number') return 'iat'
  const lifetime = exp - iat
  return lifetime > 0 && lifetime <= maxLifetimeSeconds ? undefined : 'lifetime'
}

/**
 * The claims with those of the object `data` beside them. What stands outside of `data` counts;
 * claims about the token itself are never read from it.
 */
export function unwrapClaims(claims: TokenClaims): TokenClaims {
  const { data, ...others } = claims
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return claims
  const own = Object.entries(data).filter(([name]) => !TOKEN_CLAIMS.has(name))
  return Object.assign(Object.create(null), Object.fromEntries(own), others) as TokenClaims
}

/** The segments of a compact serialization; none for anything else. */
function compactSegments(plaintext: Uint8Array): readonly string[] {
  const text = new TextDecoder().decode(plaintext)
  return /^[A-Za-z0-9_.-]+$/.test(text) ? text.split('.') : []
}

function headerOf(segment: string): JsonObject | undefined {
  return isCanonicalSegment(segment) ? parseStrictObject(base64url.decode(segment)) : undefined
}
