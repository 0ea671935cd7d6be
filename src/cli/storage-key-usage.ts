import { CommandRefused } from './cli-errors.ts'
import type { CliIo } from './io.ts'
import { storageUrl } from './storage-url.ts'

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
  const storage = await openStorage(storageUrl(location, io))
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
