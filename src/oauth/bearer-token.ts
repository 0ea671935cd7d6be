/**
 * The bearer token of a request, from the `Authorization` header and from nowhere else
 * (RFC 6750 §2.1; the methods of §2.2 and §2.3 are not supported, as MCP demands).
 *
 * @module
 */

// b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=", RFC 6750 §2.1
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/

/** What the `Authorization` field lines of one request amount to. */
export type BearerCredentials =
  /** No credentials, or a scheme that is not enabled: a challenge without an error code. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'token'; readonly token: string }

const ABSENT: BearerCredentials = { kind: 'absent' }
const MALFORMED: BearerCredentials = { kind: 'malformed' }

/**
 * Reads the bearer token.
 *
 * @param lines The values of all `Authorization` field lines. Two lines are malformed, whatever
 *   they hold: which one counts would differ between servers. Where the platform joins lines
 *   with a comma, the comma breaks the grammar and the answer is the same.
 */
export function parseBearerToken(lines: readonly string[]): BearerCredentials {
  const [value, second] = lines
  if (second !== undefined) return MALFORMED
  if (value === undefined || value === '') return ABSENT

  const end = value.search(/[ \t]/)
  const scheme = end === -1 ? value : value.slice(0, end)
  if (scheme.toLowerCase() !== 'bearer') {
    return /,\s*bearer(?:\s|$)/i.test(value) ? MALFORMED : ABSENT
  }
  if (end === -1) return MALFORMED

  // credentials = auth-scheme 1*SP token68, RFC 9110 §11.4: spaces only, no tab.
  const token = value.slice(end).replace(/^ +/, '')
  return B64TOKEN.test(token) ? { kind: 'token', token } : MALFORMED
}
