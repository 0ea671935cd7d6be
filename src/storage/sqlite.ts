import { ConfigError } from '../errors/index.ts'
import { requireKnownOptions } from '../options/index.ts'
import { nodeBuiltin } from '../runtime/index.ts'
import { withCheckedInput } from './checked-storage.ts'
import { timeoutMilliseconds } from './server-options.ts'
import { createSqliteConnection } from './sqlite/connection.ts'
import { createSqliteStorage } from './sqlite/create-storage.ts'
import { openDatabase } from './sqlite/open-database.ts'
import type { Storage } from './storage.ts'

export interface SqliteStorageOptions {
  /** How long a call waits for other processes that write, 1 to 60. @defaultValue 5 */
  readonly timeoutSeconds?: number | undefined
  /** Milliseconds since the epoch. @defaultValue those of the system clock */
  readonly now?: (() => number) | undefined
}

const OPTIONS: readonly string[] = [
  'timeoutSeconds',
  'now',
] satisfies (keyof SqliteStorageOptions)[]

/**
 * Keeps records in one SQLite file, for the processes of one machine. What was acknowledged
 * survives a loss of power. Expiry goes by the system clock; what has expired is deleted twice a
 * minute.
 *
 * The file is opened at once, so that a wrong path is noticed at the start. File and folder are
 * created for their owner only (0600 and 0700) where they are missing; what is there keeps its mode.
 * `-wal` and `-shm` beside the file belong to it: a backup by copying needs all three, and a storage
 * that is closed.
 *
 * It does NOT encrypt anything, and does NOT work on network file systems. Calls are synchronous
 * underneath: each transaction blocks the process for about one fsync.
 *
 * @param path The file, relative to the working directory; `:memory:` and `file:` are refused.
 * @throws {ConfigError} `ERR_CONFIG_STORAGE_URL`, `ERR_CONFIG_NUMBER_RANGE`,
 *   `ERR_CONFIG_OPTION_UNKNOWN`,
 *   `ERR_CONFIG_STORAGE_SCHEMA` where a newer release has changed the file, or
 *   `ERR_CONFIG_PEER_MISSING` without `node:sqlite`
 * @throws {StorageError} `ERR_STORAGE_UNAVAILABLE` or `ERR_STORAGE_WRITE` where it cannot be opened
 */
export function sqlite(path: string, options: SqliteStorageOptions = {}): Storage {
  requireKnownOptions(options, OPTIONS, 'sqlite')
  const { timeoutSeconds, now = Date.now } = options
  const file = requireFile(path)
  const connection = createSqliteConnection({
    path: file,
    open: (isNew) => openDatabase(file, { isNew }),
    timeoutMilliseconds: timeoutMilliseconds(timeoutSeconds),
  })
  return withCheckedInput(createSqliteStorage(connection, now))
}

/** Absolute, so that it stays the same file, and SQLite does not read it as something else. */
function requireFile(path: string): string {
  if (typeof path !== 'string' || path === '' || /^(?:file:|:memory:)|\0/.test(path)) {
    throw new ConfigError('ERR_CONFIG_STORAGE_URL', 'sqlite(path)')
  }
  return nodeBuiltin('node:path')?.resolve(path) ?? path
}
