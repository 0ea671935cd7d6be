import { ConfigError } from '../errors/index.ts'

const DEFAULT_TIMEOUT_SECONDS = 5
const MAX_TIMEOUT_SECONDS = 60

/** @throws {ConfigError} `ERR_CONFIG_NUMBER_RANGE` */
export function requireWholeNumber(
  value: number,
  [minimum, maximum]: readonly [minimum: number, maximum: number],
  subject: string,
): number {
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw new ConfigError('ERR_CONFIG_NUMBER_RANGE', `${subject} (${minimum} to ${maximum})`)
  }
  return value
}

/** How long a call to a server may take, as milliseconds. @throws {ConfigError} */
export function timeoutMilliseconds(timeoutSeconds: number | undefined): number {
  const seconds = timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS
  return requireWholeNumber(seconds, [1, MAX_TIMEOUT_SECONDS], 'timeoutSeconds') * 1_000
}

/**
 * The address of a server without the credentials in it, which may be printed.
 *
 * @throws {ConfigError} `ERR_CONFIG_STORAGE_URL` for what is no URL of one of these schemes with a
 *   host, which a path to a socket in the query is too.
 */
export function serverAddress(url: string, protocols: readonly string[], subject: string): string {
  // What the parser throws contains the text, so that it is no cause of ours.
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const hasHost = parsed !== undefined && (parsed.host !== '' || parsed.searchParams.has('host'))
  if (!hasHost || !protocols.includes(parsed.protocol)) {
    throw new ConfigError('ERR_CONFIG_STORAGE_URL', subject)
  }
  return `${parsed.protocol}//${parsed.host}`
}
