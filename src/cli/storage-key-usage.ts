import { CommandRefused, UsageError } from './cli-errors.ts'
import type { CliIo } from './io.ts'

/** Begins the name of an environment variable with the URL, which a password may be in. */
const VARIABLE_PREFIX = 'env:'

/**
 * The `kid` of every key that a storage still needs.
 *
 * @param location What `--storage` was given: `sqlite:./gatehouse.db`, or `env:` and the name of a
 *   variable.
 * @throws {CommandRefused} Where the storage has been used with none of these keys: it would be
 *   another one than theirs.
 */
export async function storageKeysInUse(
  location: string,
  kids: readonly string[],
  io: CliIo,
): Promise<ReadonlySet<string>> {
  // Loaded here, so that no other command waits for it.
  const { keysInUse, openStorage } = await import('../storage/index.ts')
  const storage = await openStorage(urlOf(location, io))
  try {
    const { records } = await keysInUse(storage)
    const inUse = new Set(records.keys())
    if (kids.some((kid) => inUse.has(kid))) return inUse
  } finally {
    await storage.close()
  }
  throw new CommandRefused(
    'The storage was never used with these keys, so nobody can tell which of them it needs. ' +
      'Check --storage and --file.',
  )
}

function urlOf(location: string, io: CliIo): string {
  if (!location.startsWith(VARIABLE_PREFIX)) return location
  const name = location.slice(VARIABLE_PREFIX.length)
  const url = io.env[name]
  if (url) return url
  throw new UsageError('--storage names an environment variable that is not set.')
}
