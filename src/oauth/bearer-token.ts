/**
 * The access token of a request, from the `Authorization` header and from nowhere else
 * (RFC 6750 §2.1, RFC 9449 §7.1; the methods of RFC 6750 §2.2 and §2.3 are not supported, as MCP
 * demands).
 *
 * @module
 */

// b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=", RFC 6750 §2.1; the
// token68 of RFC 9449 §7.1 is the same.
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/

/** What the `Authorization` field lines of one request amount to. */
export type BearerCredentials =
  /** No credentials, or a scheme that is not enabled: a challenge without an error code. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'token'; readonly token: string }

/** How an access token was presented. */
export type TokenScheme = 'Bearer' | 'DPoP'

/** The same where both schemes are enabled. */
export type AccessTokenCredentials =
  | Exclude<BearerCredentials, { readonly kind: 'token' }>
  | { readonly kind: 'token'; readonly token: string; readonly scheme: TokenScheme }

const ABSENT = { kind: 'absent' } as const
const MALFORMED = { kind: 'malformed' } as const
const BEARER = { names: ['bearer'], joined: /,\s*bearer(?:\s|$)/i } as const
const BEARER_AND_DPOP = {
  names: ['bearer', 'dpop'],
  joined: /,\s*(?:bearer|dpop)(?:\s|$)/i,
} as const

/**
 * Reads the bearer token.
 *
 * @param lines The values of all `Authorization` field lines. Two lines are malformed, whatever
 *   they hold: which one counts would differ between servers. Where the platform joins lines
 *   with a comma, the comma breaks the grammar and the answer is the same.
 */
export function parseBearerToken(lines: readonly string[]): BearerCredentials {
  const credentials = parseCredentials(lines, BEARER)
  return credentials.kind === 'token' ? { kind: 'token', token: credentials.token } : credentials
}

/** Reads a bearer token or one that is bound to a key (RFC 9449 §7.1), by the same rules. */
export function parseAccessToken(lines: readonly string[]): AccessTokenCredentials {
  const credentials = parseCredentials(lines, BEARER_AND_DPOP)
  if (credentials.kind !== 'token') return credentials
  return { ...credentials, scheme: credentials.scheme === 'dpop' ? 'DPoP' : 'Bearer' }
}

function parseCredentials(
  lines: readonly string[],
  { names, joined }: { readonly names: readonly string[]; readonly joined: RegExp },
): typeof ABSENT | typeof MALFORMED | { kind: 'token'; token: string; scheme: string } {
  const [value, second] = lines
  if (second !== undefined) return MALFORMED
  if (value === undefined || value === '') return ABSENT

  const end = value.search(/[ \t]/)
  const scheme = (end === -1 ? value : value.slice(0, end)).toLowerCase()
  if (!names.includes(scheme)) return joined.test(value) ? MALFORMED : ABSENT
  if (end === -1) return MALFORMED

  // credentials = auth-scheme 1*SP token68, RFC 9110 §11.4: spaces only, no tab.
  const token = value.slice(end).replace(/^ +/, '')
  return B64TOKEN.test(token) ? { kind: 'token', token, scheme } : MALFORMED
}
