/**
 * URLs that identify things: resources and issuers (RFC 8707 §2, RFC 8414 §2, RFC 9728 §3.1).
 *
 * @module
 */

// Printable ASCII that can stand in a quoted-string and in a JSON document without escaping.
const URL_CHARACTERS = /^[\x21\x23-\x5B\x5D-\x7E]+$/

/** Whether `hostname` (as `URL#hostname` gives it) is this machine: 127.0.0.0/8, ::1, localhost. */
export function isLoopbackHostname(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

/** Whether the URL is https, or http to this machine where that was allowed. */
export function isSecureUrl(url: URL, allowInsecureLoopback: boolean): boolean {
  if (url.protocol === 'https:') return true
  return allowInsecureLoopback && url.protocol === 'http:' && isLoopbackHostname(url.hostname)
}

/**
 * Parses a resource identifier (RFC 8707 §2) and brings it into its canonical form: scheme and
 * host in lower case, no default port, no slash for an empty path, the rest as written.
 *
 * @returns `undefined` for what is no absolute http(s) URL, and for a fragment, user information
 *   or a character that a challenge could not carry.
 */
export function parseResourceIdentifier(
  value: string,
): { readonly resource: string; readonly url: URL } | undefined {
  const url = parseHttpUrl(value)
  if (url === undefined) return undefined
  const isRoot = url.pathname === '/' && url.search === ''
  return { resource: isRoot ? url.origin : url.href, url }
}

/**
 * Parses an issuer identifier (RFC 8414 §2). The identifier itself is compared as a string and
 * never normalised, so the caller keeps what it passed in.
 */
export function parseIssuerIdentifier(value: string): URL | undefined {
  const url = parseHttpUrl(value)
  return url === undefined || value.includes('?') ? undefined : url
}

function parseHttpUrl(value: string): URL | undefined {
  if (!URL_CHARACTERS.test(value) || value.includes('#') || !/^https?:\/\//i.test(value)) {
    return undefined
  }
  const url = URL.canParse(value) ? new URL(value) : undefined
  return url?.username === '' && url.password === '' ? url : undefined
}

/**
 * The well-known URL that belongs to an identifier, its path inserted after the well-known name
 * (RFC 9728 §3.1, RFC 8414 §3.1).
 *
 * @param name Such as `oauth-protected-resource`.
 */
export function wellKnownUrl(identifier: URL, name: string): string {
  const path = identifier.pathname === '/' ? '' : identifier.pathname
  return `${identifier.origin}/.well-known/${name}${path}${identifier.search}`
}

/**
 * Where an authorization server publishes its metadata, in the order that MCP prescribes:
 * RFC 8414 with path insertion, OpenID with path insertion, OpenID appended to the path.
 */
export function serverMetadataUrls(issuer: URL): readonly string[] {
  const path = issuer.pathname.replace(/\/$/, '')
  const inserted = ['oauth-authorization-server', 'openid-configuration'].map(
    (name) => `${issuer.origin}/.well-known/${name}${path}`,
  )
  if (path === '') return inserted
  return [...inserted, `${issuer.origin}${path}/.well-known/openid-configuration`]
}

// Taken when the module loads, as everything of the platform on the way of a request.
const PlatformUrl = URL

/** Characters that need no escape and never change what a URL means, RFC 3986 §2.3. */
const UNRESERVED = /[A-Za-z0-9\-._~]/

/**
 * A target URI as it is compared (RFC 9449 §4.3): without query and fragment, and normalised by
 * RFC 3986 §6.2.2 and §6.2.3, so that scheme and host are in lower case, the default port is gone,
 * dot segments are resolved and nothing is escaped without need.
 *
 * @returns `undefined` for what is no absolute http(s) URL, or has user information.
 */
export function normalizeTargetUri(value: string): string | undefined {
  if (!/^https?:\/\//i.test(value) || !PlatformUrl.canParse(value)) return undefined
  const url = new PlatformUrl(value)
  if (url.username !== '' || url.password !== '') return undefined
  const path = url.pathname.replace(/%[0-9a-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
    return UNRESERVED.test(character) ? character : escape.toUpperCase()
  })
  return url.origin + path
}
