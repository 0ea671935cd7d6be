import { ConfigError } from '../errors/index.ts'
import type { ClientSettings } from '../oauth-client/index.ts'
import { configError, requireSecureUrl, requireStrings, requireType } from '../options/index.ts'
import type { OAuthServiceOptions } from './service-options.ts'

/** Origins of URLs that are https; those of a path are the origin of it. */
export function parseOrigins(
  urls: readonly string[],
  { allowInsecureLoopback, path }: { allowInsecureLoopback: boolean; path: string },
): ReadonlySet<string> {
  const origins = requireStrings(urls, `${path}.apiOrigins`)
  for (const [index, url] of origins.entries()) {
    requireSecureUrl(url, allowInsecureLoopback, `${path}.apiOrigins[${index}]`)
  }
  return new Set(origins.map((url) => new URL(url).origin))
}

export function requireText(value: unknown, path: string): void {
  requireType(typeof value === 'string' && value.trim() !== '', path, 'a string that is not empty')
}

/** What the client authenticates itself with. */
export function parseCredentials(
  { clientSecret, privateKey }: Pick<OAuthServiceOptions, 'clientSecret' | 'privateKey'>,
  path: string,
): Pick<ClientSettings, 'clientSecret' | 'privateKey'> {
  if (clientSecret !== undefined) requireText(clientSecret, `${path}.clientSecret`)
  if (clientSecret !== undefined && privateKey !== undefined) {
    const both = `${path}.clientSecret and ${path}.privateKey`
    throw configError('ERR_CONFIG_OPTIONS_CONFLICT', both)
  }
  const isPrivate = typeof privateKey?.d === 'string' && typeof privateKey.alg === 'string'
  if (privateKey !== undefined && !isPrivate) {
    throw configError('ERR_CONFIG_KEY_INVALID', `${path}.privateKey (a private JWK with alg)`)
  }
  return { clientSecret, privateKey }
}

/** Header fields of an API, without the one that carries the credential. */
export function parseHeaders(
  headers: Readonly<Record<string, string>>,
  path: string,
): Readonly<Record<string, string>> {
  try {
    const checked = Object.fromEntries(new Headers({ ...headers }))
    if (!('authorization' in checked)) return checked
  } catch {
    // Said below, without the value.
  }
  throw new ConfigError(
    'ERR_CONFIG_OPTION_TYPE',
    `${path}.apiHeaders (header fields, without Authorization)`,
  )
}
