/** Why a redirect URI cannot be registered. */
export type RedirectUriFault =
  | 'characters'
  | 'dot-segments'
  | 'form'
  | 'fragment'
  | 'host'
  | 'malformed'
  | 'plain-http'
  | 'scheme'
  | 'user-information'
  | 'wildcard'

const TEXTS: Readonly<Record<RedirectUriFault, string>> = {
  characters: 'has characters that no URI has (RFC 3986 §2)',
  'dot-segments': 'has dot segments in its path',
  form: 'has to be written scheme:/path or scheme://host/path (RFC 8252 §7.1)',
  fragment: 'has a fragment (RFC 6749 §3.1.2)',
  host: 'has no host in plain spelling',
  malformed: 'is not an absolute URI of at most 2,000 characters',
  'plain-http': 'uses http for a host that is not 127.0.0.1, [::1] or localhost',
  scheme: 'has a scheme that this server does not allow',
  'user-information': 'has user information',
  wildcard: 'has an asterisk; every redirect URI is registered as it is used',
}

/** The fault as the end of a sentence whose subject is the URI. Never repeats the URI. */
export function describeRedirectUriFault(fault: RedirectUriFault): string {
  return TEXTS[fault]
}
