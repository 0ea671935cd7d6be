import { ConfigError, type ErrorCode } from '../errors/index.ts'
import { isScopeToken, isSecureUrl, parseIssuerIdentifier } from '../oauth/index.ts'

/**
 * Checks of single option values. Each returns the value it was given, or throws a
 * {@link ConfigError} whose subject is the path of the option.
 *
 * @module
 */

/**
 * Refuses `undefined` for options without which more is allowed: it stands where an environment
 * variable is not set.
 */
export function requireNotUnset(options: object, names: readonly string[], path: string): void {
  const unset = Object.entries(options).find(
    ([name, value]) => value === undefined && names.includes(name),
  )
  if (unset === undefined) return
  const subject = `${path}${unset[0]} (undefined; leave it out for its default)`
  throw configError('ERR_CONFIG_OPTION_TYPE', subject)
}

/** @param names The type in words, for the message. */
export function requireType(isRight: boolean, path: string, names: string): void {
  if (!isRight) throw configError('ERR_CONFIG_OPTION_TYPE', `${path} (${names})`)
}

/** Which options are of which plain type; the rest has checks of its own. */
export type PlainTypes = Readonly<Record<'boolean' | 'function' | 'object', readonly string[]>>

/** Checks options of plain types where they are given: one of another type would be misread. */
export function requirePlainTypes(options: object, types: PlainTypes, path: string): void {
  const values = new Map<string, unknown>(Object.entries(options))
  for (const [type, names] of Object.entries(types)) {
    for (const name of names) {
      const value = values.get(name)
      requireType(
        value === undefined || (typeof value === type && value !== null),
        `${path}${name}`,
        `a ${type}`,
      )
    }
  }
}

export function requireNumber(
  value: number | undefined,
  range: readonly [minimum: number, maximum: number],
  path: string,
  defaultValue: number,
): number
export function requireNumber(
  value: number | undefined,
  range: readonly [minimum: number, maximum: number],
  path: string,
  defaultValue?: undefined,
): number | undefined
export function requireNumber(
  value: number | undefined,
  [minimum, maximum]: readonly [minimum: number, maximum: number],
  path: string,
  defaultValue?: number,
): number | undefined {
  if (value === undefined) return defaultValue
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw configError('ERR_CONFIG_NUMBER_RANGE', `${path} (${minimum} to ${maximum})`)
  }
  return value
}

export function requireScopes(
  value: readonly string[] | undefined,
  path: string,
): readonly string[] {
  if (value === undefined) return []
  requireType(Array.isArray(value), path, 'an array of scopes')
  const wrong = value.findIndex((scope) => !isScopeToken(scope))
  if (wrong !== -1) throw configError('ERR_CONFIG_SCOPE_INVALID', `${path}[${wrong}]`)
  return [...new Set(value)]
}

/** A string or a list of them to compare with; no patterns, no blanks. */
export function requireStrings(
  value: string | readonly string[] | undefined,
  path: string,
): readonly string[] {
  const list: readonly unknown[] = value === undefined ? [] : Array.isArray(value) ? value : [value]
  const wrong = list.findIndex((entry) => typeof entry !== 'string' || entry.trim() === '')
  if (wrong !== -1) throw configError('ERR_CONFIG_NOT_A_STRING', `${path}[${wrong}]`)
  return list as readonly string[]
}

/** A list of names to look up. A single string is refused, since a list is what is meant. */
export function requireList(value: readonly string[] | undefined, path: string): readonly string[] {
  requireType(value === undefined || Array.isArray(value), path, 'an array of strings')
  return requireStrings(value, path)
}

/** An issuer identifier over https; returned as given, since it is compared as a string. */
export function requireIssuer(
  value: unknown,
  allowInsecureLoopback: boolean,
  path: string,
): string {
  if (typeof value !== 'string' || value.trim() === '') {
    throw configError('ERR_CONFIG_NOT_A_STRING', path)
  }
  const url = parseIssuerIdentifier(value)
  if (url === undefined) throw configError('ERR_CONFIG_ISSUER_INVALID', path)
  requireSecure(url, allowInsecureLoopback, path)
  return value
}

/**
 * The path that something of ours is mounted at, without a slash at its end: what stands in redirects,
 * and in names of cookies. `//host` would be another host.
 */
export function requireMountPath({ pathname }: URL, path: string): string {
  const mountPath = pathname.replace(/\/$/, '')
  if (/^(?:\/[\w~-][\w.~-]*)*$/.test(mountPath)) return mountPath
  throw configError('ERR_CONFIG_PATH_INVALID', `${path} (path ${mountPath})`)
}

export function requireSecureUrl(
  value: string | undefined,
  allowInsecureLoopback: boolean,
  path: string,
): string | undefined {
  if (value === undefined) return undefined
  requireType(typeof value === 'string' && URL.canParse(value), path, 'an absolute URL')
  requireSecure(new URL(value), allowInsecureLoopback, path)
  return value
}

export function requireSecure(url: URL, allowInsecureLoopback: boolean, path: string): void {
  if (!isSecureUrl(url, allowInsecureLoopback)) throw configError('ERR_CONFIG_NOT_HTTPS', path)
}

export function configError(code: ErrorCode, path: string): ConfigError {
  return new ConfigError(code, path)
}
