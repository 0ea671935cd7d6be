/**
 * Redirection URIs: which ones a client may register, and which registered one a request means
 * (RFC 6749 §3.1.2, RFC 8252 §7 and §8.4, RFC 9700 §2.1).
 *
 * Everything is decided on the text as it was sent. `new URL` repairs tabs, backslashes, other
 * spellings of an address and dot segments, so what it returns is not what was compared.
 *
 * @module
 */

import type { RedirectUriFault } from './redirect-uri-fault.ts'

/** Where a code goes: to a site, to a program on the user's machine, or to whoever owns a scheme. */
export type RedirectUriKind = 'https' | 'loopback' | 'private-use'

/** What became of a URI that a client wants to register. */
export type RedirectUriVerdict =
  | { readonly kind: RedirectUriKind; readonly host: string | undefined }
  | { readonly kind: 'refused'; readonly fault: RedirectUriFault }

/** Whether a client runs on the user's machine (OpenID Connect Registration §2). */
export type ApplicationType = 'native' | 'web'

/** Beyond this no client has anything to say in a redirect URI. */
const MAX_LENGTH = 2_000
// The characters of RFC 3986 §2, without the asterisk that other servers read as a pattern.
const URI_CHARACTERS = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()+,;=%]*$/
const HIERARCHICAL = /^([A-Za-z][A-Za-z0-9+.-]*):(\/\/[^/?]*)?([/?].*)?$/
const AUTHORITY = /^(\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::(\d{1,5}))?$/
const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:[/?]|$)/i
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::(\d{1,5}))?((?:[/?].*)?)$/
const MAX_PORT = 65_535

/** Schemes that run code, read files or hand the URI on; no configuration allows them. */
const FORBIDDEN_SCHEMES: ReadonlySet<string> = new Set([
  'about',
  'blob',
  'chrome',
  'data',
  'file',
  'filesystem',
  'ftp',
  'http',
  'https',
  'intent',
  'jar',
  'javascript',
  'mailto',
  'mhtml',
  'resource',
  'search-ms',
  'sms',
  'tel',
  'vbscript',
  'view-source',
  'ws',
  'wss',
])

/**
 * Whether a private-use scheme can be allowed by configuration (RFC 8252 §7.1): in lower case,
 * without its colon, and none that browsers or systems act on themselves.
 */
export function isPrivateUseScheme(scheme: string): boolean {
  return (
    /^[a-z][a-z0-9+.-]*$/.test(scheme) &&
    !FORBIDDEN_SCHEMES.has(scheme) &&
    !scheme.startsWith('ms-')
  )
}

/**
 * Decides whether a client may register this URI: https; http to this machine (`127.0.0.1`, `[::1]`
 * or `localhost`, in exactly these spellings); or a private-use scheme from `privateUseSchemes`,
 * written `scheme:/…` or `scheme://…`.
 *
 * It does NOT look at `application_type`, and does not say whether the host can be trusted.
 *
 * @see RFC 8252 §7.1, §7.3 and §8.4; RFC 9700 §4.1.3
 */
export function checkRedirectUri(
  value: unknown,
  privateUseSchemes: ReadonlySet<string> = new Set(),
): RedirectUriVerdict {
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return refused('malformed')
  if (value.includes('*')) return refused('wildcard')
  if (!URI_CHARACTERS.test(value)) return refused('characters')
  if (value.includes('#')) return refused('fragment')
  const [, scheme, authority, rest = ''] = HIERARCHICAL.exec(value) ?? []
  if (scheme === undefined)
    return refused(/^[a-z][a-z0-9+.-]*:/i.test(value) ? 'form' : 'malformed')
  if (authority?.includes('@') === true) return refused('user-information')
  if (DOT_SEGMENT.test(rest)) return refused('dot-segments')
  const name = scheme.toLowerCase()
  if (name !== 'http' && name !== 'https')
    return checkPrivateUse(value, name, rest, authority, privateUseSchemes)
  return checkWeb(value, name, authority?.slice(2).toLowerCase() ?? '')
}

function checkPrivateUse(
  value: string,
  scheme: string,
  rest: string,
  authority: string | undefined,
  allowed: ReadonlySet<string>,
): RedirectUriVerdict {
  if (!allowed.has(scheme) || !isPrivateUseScheme(scheme)) return refused('scheme')
  if (authority === undefined && !rest.startsWith('/')) return refused('form')
  return URL.canParse(value) ? { kind: 'private-use', host: undefined } : refused('malformed')
}

function checkWeb(value: string, scheme: string, authority: string): RedirectUriVerdict {
  const [, host, port] = AUTHORITY.exec(authority) ?? []
  if (host === undefined || Number(port ?? 1) > MAX_PORT || Number(port ?? 1) === 0) {
    return refused('host')
  }
  // 127.1, 0x7f.1 and the like: another host than the one that is written.
  if (!URL.canParse(value) || new URL(value).hostname !== host) return refused('host')
  if (scheme === 'https') return { kind: 'https', host }
  return LOOPBACK.test(value) ? { kind: 'loopback', host } : refused('plain-http')
}

/**
 * Whether the URI of a request is the registered one: the same string or, on a loopback address,
 * the same but for the port (RFC 8252 §7.3, RFC 9700 §4.1.3).
 */
export function matchesRedirectUri(sent: string, registered: string): boolean {
  if (sent === registered) return true
  const theirs = LOOPBACK.exec(sent)
  const ours = LOOPBACK.exec(registered)
  if (theirs === null || ours === null || Number(theirs[2] ?? 1) > MAX_PORT) return false
  return theirs[1] === ours[1] && theirs[3] === ours[3]
}

/**
 * The `application_type` of a client that does not say: `native` where any redirect URI leads to
 * the user's machine, `web` otherwise. MCP clients leave it out, and RFC 7591 has no such field;
 * OpenID Connect Registration §2 would make all of them `web`, which cannot use a loopback address.
 */
export function inferApplicationType(redirectUris: readonly string[]): ApplicationType {
  return redirectUris.some((uri) => !/^https:/i.test(uri)) ? 'native' : 'web'
}

function refused(fault: RedirectUriFault): RedirectUriVerdict {
  return { kind: 'refused', fault }
}
