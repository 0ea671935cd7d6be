import type { DatabaseSync } from 'node:sqlite'
import { systemClock } from '../../runtime/index.ts'
import { isBusy, toStorageError } from './errors.ts'
import { createSessions, type Session } from './session.ts'

/** One connection to the file of a storage. */
export interface SqliteConnection {
  /** Reads at once. */
  readonly read: <Result>(operation: (session: Session) => Result) => Promise<Result>
  /**
   * Writes in a transaction that is on the disk when the promise is fulfilled. The operation may be
   * done several times, in transactions of which only the last one counts.
   */
  readonly write: <Result>(operation: (session: Session) => Result) => Promise<Result>
  /** Ends after the writes that wait. */
  close(): Promise<void>
}

export interface SqliteConnectionOptions {
  readonly path: string
  /** Opens the file; `isNew` where it may be created. */
  readonly open: (isNew: boolean) => DatabaseSync
  /** How long to wait for other processes. */
  readonly timeoutMilliseconds: number
}

interface WaitingWrite {
  readonly since: number
  /** Writes, and returns what tells the caller once it is on the disk. */
  readonly perform: (session: Session) => () => void
  readonly reject: (error: unknown) => void
}

/** How many writes share a transaction, which takes one fsync but blocks the process meanwhile. */
const MAX_TOGETHER = 64
const MAX_PAUSE_MILLISECONDS = 20

/**
 * Opens the file, and creates its connection.
 *
 * Writes of one turn of the event loop share a transaction, because a transaction costs an fsync,
 * and one more write next to nothing. Where it fails, each is done again in one of its own, so that
 * a write fails only where it fails alone.
 */
export function createSqliteConnection(options: SqliteConnectionOptions): SqliteConnection {
  const { path, open, timeoutMilliseconds } = options
  const sessions = createSessions(path, open)
  const waiting: WaitingWrite[] = []
  let flushing: Promise<void> | undefined

  const untilFree = <Result>(operation: (session: Session) => Result, since: number) =>
    retryWhileBusy(() => sessions.use(operation), since + timeoutMilliseconds)

  async function flush(writes: readonly WaitingWrite[], since: number): Promise<void> {
    const performAll = (session: Session) => writes.map(({ perform }) => perform(session))
    try {
      const told = await untilFree((session) => session.transact(performAll), since)
      for (const tell of told) tell()
    } catch (error) {
      if (writes.length === 1 || isBusy(error)) {
        for (const { reject } of writes) reject(toStorageError(error, path))
      } else for (const write of writes) await flush([write], since)
    }
  }

  async function flushAll(): Promise<void> {
    for (;;) {
      await new Promise(setImmediate)
      const writes = waiting.splice(0, MAX_TOGETHER)
      if (writes[0] === undefined) break
      await flush(writes, writes[0].since)
    }
    flushing = undefined
  }

  return {
    async read(operation) {
      try {
        return sessions.use(operation)
      } catch (error) {
        if (!isBusy(error)) throw toStorageError(error, path)
      }
      return untilFree(operation, systemClock.elapsed()).catch((error: unknown) => {
        throw toStorageError(error, path)
      })
    },
    write: (operation) =>
      new Promise((resolve, reject) => {
        const perform = (session: Session) => {
          const result = operation(session)
          return () => resolve(result)
        }
        waiting.push({ since: systemClock.elapsed(), perform, reject })
        flushing ??= flushAll()
      }),
    async close() {
      await flushing
      sessions.close()
    },
  }
}

/** Between attempts, the process goes on with other things. */
async function retryWhileBusy<Result>(attempt: () => Result, deadline: number): Promise<Result> {
  for (;;) {
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error) || systemClock.elapsed() >= deadline) throw error
    }
    await new Promise((resolve) => {
      setTimeout(resolve, Math.random() * MAX_PAUSE_MILLISECONDS)
    })
  }
}
