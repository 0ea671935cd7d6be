import type * as FileSystem from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { ConfigError, StorageError } from '../../errors/index.ts'
import { nodeBuiltin } from '../../runtime/index.ts'
import type { Migration } from '../schema-version.ts'
import { isBusy, toStorageError } from './errors.ts'
import { MIGRATIONS, migrate } from './schema.ts'

/**
 * `FULL` syncs the WAL with every commit: an acknowledged write survives a loss of power. On macOS
 * only a full fsync reaches the disk. The WAL shrinks to 64 MiB after it was larger.
 */
const PRAGMAS = `
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  PRAGMA checkpoint_fullfsync = ON;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA temp_store = MEMORY;
  PRAGMA trusted_schema = OFF;
`
/** How long a start may wait for another process that opens the same file. */
const OPEN_MILLISECONDS = 5_000
/** SQLite waits this long for a lock and blocks the process; the rest of the wait does not. */
const BLOCKING_MILLISECONDS = 5

export interface OpenDatabaseOptions {
  readonly isNew: boolean
  /** @defaultValue those of this release */
  readonly migrations?: readonly Migration[]
}

/**
 * Opens the file of a storage, with the schema of this release.
 *
 * @param isNew Whether file and folder may be created; only their owner can read them then. What
 *   is there keeps the modes that it has.
 * @throws {ConfigError} `ERR_CONFIG_STORAGE_SCHEMA`; `ERR_CONFIG_PEER_MISSING` where the runtime
 *   has no `node:sqlite`
 * @throws {StorageError} `ERR_STORAGE_UNAVAILABLE`, `ERR_STORAGE_WRITE`
 */
export function openDatabase(
  path: string,
  { isNew, migrations = MIGRATIONS }: OpenDatabaseOptions,
): DatabaseSync {
  const [sqlite, files] = [nodeBuiltin('node:sqlite'), nodeBuiltin('node:fs')]
  if (sqlite === undefined || files === undefined) {
    throw new ConfigError('ERR_CONFIG_PEER_MISSING', 'node:sqlite (a part of Node.js 22.19)')
  }
  let database: DatabaseSync | undefined
  try {
    if (isNew) createFile(files, path)
    else files.accessSync(path)
    database = new sqlite.DatabaseSync(path, {
      timeout: OPEN_MILLISECONDS,
      enableForeignKeyConstraints: false,
      enableDoubleQuotedStringLiterals: false,
    })
    prepareDatabase(database, path, migrations)
    return database
  } catch (error) {
    database?.close()
    throw toStorageError(error, path)
  }
}

/** SQLite would create a file that everybody can read; what it puts beside it gets the same mode. */
function createFile(files: typeof FileSystem, path: string): void {
  createFolder(files, nodeBuiltin('node:path')?.dirname(path) ?? path)
  unlessThere(() => files.closeSync(files.openSync(path, 'wx', 0o600)))
}

/** The `recursive` of Node.js never ends where a file system cannot have folders, as in `/proc`. */
function createFolder(files: typeof FileSystem, path: string): void {
  const create = (): void => unlessThere(() => files.mkdirSync(path, { mode: 0o700 }))
  const parent = nodeBuiltin('node:path')?.dirname(path)
  try {
    create()
  } catch (error) {
    if (parent === undefined || parent === path || !hasCode(error, 'ENOENT')) throw error
    createFolder(files, parent)
    create()
  }
}

function unlessThere(create: () => void): void {
  try {
    create()
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function prepareDatabase(
  database: DatabaseSync,
  path: string,
  migrations: readonly Migration[],
): void {
  // SQLite does not wait for the lock that changing the journal mode needs.
  const deadline = performance.now() + OPEN_MILLISECONDS
  const isLastTime = (): boolean => performance.now() >= deadline
  while (!isPrepared(() => prepareOnce(database, path, migrations), isLastTime())) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
  }
  database.exec(`PRAGMA busy_timeout = ${BLOCKING_MILLISECONDS}`)
}

function isPrepared(prepare: () => void, isLastTime: boolean): boolean {
  try {
    prepare()
    return true
  } catch (error) {
    if (isLastTime || !isBusy(error)) throw error
    return false
  }
}

function prepareOnce(database: DatabaseSync, path: string, migrations: readonly Migration[]): void {
  const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode']
  if (mode !== 'wal') {
    const subject = `${path} (its file system has no shared memory, which WAL needs)`
    throw new StorageError('ERR_STORAGE_UNAVAILABLE', subject, { retryable: false })
  }
  database.exec(PRAGMAS)
  migrate(database, path, migrations)
}
