import { ConfigError } from '../../errors/index.ts'

/** Refuses misspelt options: one that does nothing is worse than none. */
export function requireKnownKeys(value: object, known: readonly string[], path: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key))
  if (unknown !== undefined)
    throw new ConfigError('ERR_CONFIG_OPTION_UNKNOWN', `${path}.${unknown}`)
}

/** @param names The type in words, for the message. */
export function requireType(isRight: boolean, path: string, names: string): void {
  if (!isRight) throw new ConfigError('ERR_CONFIG_OPTION_TYPE', `${path} (${names})`)
}

/** A whole number from 1 to `maximum`. */
export function requireCount(
  value: number | undefined,
  maximum: number,
  path: string,
  defaultValue: number,
): number {
  if (value === undefined) return defaultValue
  if (!Number.isInteger(value) || value < 1 || value > maximum) {
    throw new ConfigError('ERR_CONFIG_NUMBER_RANGE', `${path} (1 to ${maximum})`)
  }
  return value
}
