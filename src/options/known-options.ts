import { ConfigError } from '../errors/index.ts'

/**
 * Refuses options that do not exist: a misspelt one would be a default that nobody chose.
 *
 * It does NOT check values.
 *
 * @param path Where they stand, or the function that they are for, as messages name it.
 * @throws {ConfigError} `ERR_CONFIG_OPTION_UNKNOWN`, naming the option; `ERR_CONFIG_OPTION_TYPE`
 *   where the options are no object.
 */
export function requireKnownOptions(options: object, known: readonly string[], path: string): void {
  const given: unknown = options
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ConfigError('ERR_CONFIG_OPTION_TYPE', `${path} (an object)`)
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new ConfigError('ERR_CONFIG_OPTION_UNKNOWN', `${path}.${unknown}`)
}
