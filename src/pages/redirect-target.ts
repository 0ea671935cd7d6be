import { isLoopbackHostname } from '../oauth/index.ts'
import { plainText } from './plain-text.ts'

/** Where a redirect URI leads, as users are told. */
export interface RedirectTarget {
  /** `app`: a private-use scheme, which any program of the device can claim (RFC 8252 §8.6). */
  readonly kind: 'site' | 'loopback' | 'app'
  /** Host with the port, in ASCII so that no letter looks like another; for an app `scheme:`. */
  readonly host: string
  /** The URI itself, without user information and not longer than a line or three. */
  readonly uri: string
}

const MAX_LENGTH = 160

/** Describes a redirect URI. It does NOT check whether the client may use it. */
export function describeRedirect(redirectUri: string): RedirectTarget {
  const url = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined
  if (url === undefined) {
    const uri = plainText(redirectUri, MAX_LENGTH)
    return { kind: 'app', host: uri, uri }
  }
  // "https://claude.ai@evil.example/" leads to evil.example.
  url.username = ''
  url.password = ''
  const uri = plainText(url.href, MAX_LENGTH)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return { kind: 'app', host: url.protocol, uri }
  }
  return { kind: isLoopbackHostname(url.hostname) ? 'loopback' : 'site', host: url.host, uri }
}
