import type { DatabaseSync } from 'node:sqlite'
import { StorageError } from '../../errors/index.ts'
import { isBroken } from './errors.ts'
import { createSqliteLocks, type SqliteLocks } from './locks.ts'
import { createSqliteRecords, type SqliteRecords } from './records.ts'

/** The file, open, with its statements prepared. */
export interface Session {
  readonly records: SqliteRecords
  readonly locks: SqliteLocks
  /** Does all of it or nothing, and is on the disk when it returns. */
  transact<Result>(work: (session: Session) => Result): Result
}

/** The session that is open, if any; it is replaced when it breaks. */
export interface Sessions {
  /** Throws what SQLite throws. */
  use<Result>(operation: (session: Session) => Result): Result
  close(): void
}

/**
 * Opens the first session at once, and another one after a failure that the first may not recover
 * from, such as a failed fsync.
 *
 * @param open Opens the file; `isNew` only the first time, so that a file that has gone is not
 *   taken for an empty one.
 */
export function createSessions(path: string, open: (isNew: boolean) => DatabaseSync): Sessions {
  let isClosed = false
  let database: DatabaseSync | undefined = open(true)
  let session = createSession(database)

  function drop(): void {
    try {
      database?.close()
    } catch {
      // What cannot be closed is not used again either.
    }
    database = undefined
  }

  return {
    use(operation) {
      if (isClosed) {
        throw new StorageError('ERR_STORAGE_UNAVAILABLE', `${path} (closed)`, { retryable: false })
      }
      if (database === undefined) {
        database = open(false)
        session = createSession(database)
      }
      try {
        return operation(session)
      } catch (error) {
        if (isBroken(error) || database.isTransaction) drop()
        throw error
      }
    },
    close() {
      isClosed = true
      drop()
    },
  }
}

function createSession(database: DatabaseSync): Session {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  return {
    records: createSqliteRecords(database),
    locks: createSqliteLocks(database),
    transact(work) {
      begin.run()
      try {
        const result = work(this)
        commit.run()
        return result
      } catch (error) {
        rollBack(database)
        throw error
      }
    },
  }
}

/** Some failures have rolled back already; where it cannot be done, the session is dropped. */
function rollBack(database: DatabaseSync): void {
  try {
    if (database.isTransaction) database.exec('ROLLBACK')
  } catch {}
}
