import {
  checkKey,
  decodeCompactJws,
  decodeTokenHeader,
  type TokenFailureReason,
} from '../verifiers/index.ts'

type Members = Readonly<Record<string, unknown>>

/** What a token is by its characters alone. Nothing of it is verified. */
export type TokenKind =
  | { readonly kind: 'jwt'; readonly header: Members; readonly claims: Members }
  | { readonly kind: 'jwe'; readonly header: Members }
  | { readonly kind: 'api_key'; readonly prefix: string; readonly isIntact: boolean }
  | { readonly kind: 'opaque'; readonly issuedBy: string | undefined }
  /** It was meant to be a JWT, and every verifier refuses it. */
  | { readonly kind: 'broken'; readonly reason: TokenFailureReason }

/** How a base64url text begins that is a JSON object. */
const JSON_OBJECT = /^e[w-z0-9_-]/
/** A brace and a quotation mark: with another number of segments it was cut off, or a part is missing. */
const JWT_START = /^eyJ/
const API_KEY = /^([a-z][a-z0-9]{1,15})_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/
/** https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/ */
const KNOWN_PREFIXES: readonly (readonly [RegExp, string])[] = [
  [/^(?:gh[opusr]_|github_pat_)/, 'GitHub'],
  [/^ya29\./, 'Google'],
]

/** Recognises a token as `firstOf` does. */
export function recognizeToken(token: string): TokenKind {
  const segments = token.split('.')
  const isCompact = JSON_OBJECT.test(token) && [3, 5].includes(segments.length)
  if (!isCompact) {
    return JWT_START.test(token) ? { kind: 'broken', reason: 'format' } : recognizeOpaque(token)
  }
  if (segments.length === 5) {
    const header = decodeTokenHeader(token)
    return header === undefined ? { kind: 'broken', reason: 'json' } : { kind: 'jwe', header }
  }
  const decoded = decodeCompactJws(token)
  return decoded.ok
    ? { kind: 'jwt', header: decoded.value.header, claims: decoded.value.claims }
    : { kind: 'broken', reason: decoded.reason }
}

function recognizeOpaque(token: string): TokenKind {
  const prefix = API_KEY.exec(token)?.[1]
  if (prefix !== undefined) return { kind: 'api_key', prefix, isIntact: checkKey(token, prefix).ok }
  return { kind: 'opaque', issuedBy: KNOWN_PREFIXES.find(([known]) => known.test(token))?.[1] }
}
