import { UsageError } from './cli-errors.ts'
import type { CliIo } from './io.ts'

/** Begins the name of an environment variable with the URL, which a password may be in. */
const VARIABLE_PREFIX = 'env:'

/**
 * The URL that `--storage` names: itself, or the value of a variable.
 *
 * @throws {UsageError} Where the variable is not set.
 */
export function storageUrl(location: string, { env }: Pick<CliIo, 'env'>): string {
  if (!location.startsWith(VARIABLE_PREFIX)) return location
  const url = env[location.slice(VARIABLE_PREFIX.length)]
  if (url) return url
  throw new UsageError('--storage names an environment variable that is not set.')
}
