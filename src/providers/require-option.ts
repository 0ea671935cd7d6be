import { ConfigError } from '../errors/index.ts'

/**
 * Returns an option that becomes a part of an address. `undefined` stands where an environment
 * variable is not set, and would be a part of one too.
 *
 * @throws {ConfigError} `ERR_CONFIG_PROVIDER_OPTION`
 */
export function requireOption(value: unknown, path: string, pattern: RegExp = /^\S+$/): string {
  if (typeof value === 'string' && pattern.test(value)) return value
  throw new ConfigError('ERR_CONFIG_PROVIDER_OPTION', path)
}

/** The base of addresses from a host name or a URL, without a slash at the end. */
export function requireBase(value: unknown, path: string): string {
  const text = requireOption(value, path)
  const url = text.includes('://') ? text : `https://${text}`
  if (!URL.canParse(url)) throw new ConfigError('ERR_CONFIG_PROVIDER_OPTION', path)
  return url.replace(/\/$/, '')
}
