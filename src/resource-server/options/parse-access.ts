import { type AllowedHosts, type CorsPolicy, parseHost } from '../../http/index.ts'
import { isQuotable } from '../../oauth/index.ts'
import { configError, requireType } from '../../options/index.ts'
import type { ResourceServerOptions } from './options.ts'

/** A `realm` that needs no escaping. */
export function parseRealm(realm: string | undefined): string | undefined {
  if (realm === undefined) return undefined
  const isUsable = typeof realm === 'string' && isQuotable(realm) && !/["\\]/.test(realm)
  requireType(isUsable, 'realm', 'printable ASCII without quotes')
  return realm
}

/** Which web pages may call. */
export function parseCors(
  {
    allowedOrigins,
    allowCredentials = false,
  }: Pick<ResourceServerOptions, 'allowedOrigins' | 'allowCredentials'>,
  isLoopback: boolean,
): CorsPolicy {
  if (allowedOrigins === undefined) {
    return { origins: isLoopback ? 'loopback' : new Set(), credentials: allowCredentials }
  }
  requireType(Array.isArray(allowedOrigins), 'allowedOrigins', 'an array of origins')
  if (allowedOrigins.includes('*')) {
    if (allowCredentials) {
      throw configError(
        'ERR_CONFIG_CREDENTIALS_WITH_ANY_ORIGIN',
        'allowedOrigins, allowCredentials',
      )
    }
    return { origins: '*', credentials: false }
  }
  const wrong = allowedOrigins.findIndex(
    (origin) => !URL.canParse(origin) || new URL(origin).origin !== origin || origin.includes('*'),
  )
  if (wrong !== -1) throw configError('ERR_CONFIG_ORIGIN_INVALID', `allowedOrigins[${wrong}]`)
  return { origins: new Set(allowedOrigins), credentials: allowCredentials }
}

const LOOPBACK_HOSTS: AllowedHosts = ['localhost', '127.0.0.1', '[::1]'].map((hostname) => ({
  hostname,
  port: undefined,
}))

/** Which names this server answers to. */
export function parseHosts(
  value: readonly string[] | undefined,
  isLoopback: boolean,
): AllowedHosts {
  if (value === undefined) return isLoopback ? LOOPBACK_HOSTS : undefined
  requireType(Array.isArray(value) && value.length > 0, 'allowedHosts', 'an array of hosts')
  return value.map((entry, index) => {
    const host = typeof entry === 'string' ? parseHost(entry) : undefined
    if (host === undefined) throw configError('ERR_CONFIG_HOST_INVALID', `allowedHosts[${index}]`)
    return host
  })
}

/** How many entries of `X-Forwarded-For` are ours. */
export function parseHops(value: number | undefined): number {
  if (value === undefined) return 0
  if (!Number.isInteger(value) || value < 0 || value > 16) {
    throw configError('ERR_CONFIG_TRUSTED_PROXY', 'trustedProxyHops')
  }
  return value
}

// Segments of plain characters: nothing that a router could decode, fold or normalise.
const EXACT_PATH = /^(?:\/|(?:\/(?!\.\.?(?:\/|$))[A-Za-z0-9._~-]+)+\/?)$/

/** Checks paths that need no token: exact ones, which no spelling of a protected path can equal. */
export function parsePublicPaths(paths: readonly string[]): ReadonlySet<string> {
  requireType(Array.isArray(paths), 'publicPaths', 'an array of paths')
  const wrong = paths.findIndex((path) => typeof path !== 'string' || !EXACT_PATH.test(path))
  if (wrong !== -1) throw configError('ERR_CONFIG_PATH_INVALID', `publicPaths (${paths[wrong]})`)
  return new Set(paths)
}
