import type { Pool, QueryResult, QueryResultRow } from 'pg'
import { importPeer, systemClock } from '../../runtime/index.ts'
import { within } from '../within.ts'
import { toStorageError } from './failure.ts'
import { migrate } from './schema.ts'
import { startSweeping } from './sweep.ts'
import { withRetries } from './transaction.ts'

/** A database whose schema is the one of this release. */
export interface Database {
  /**
   * Does work, again where it has lost against somebody else's.
   *
   * @throws {StorageError} Within the time limit.
   * @throws {ConfigError}
   */
  run<Outcome>(work: (pool: Pool) => Promise<Outcome>): Promise<Outcome>
  /** Runs one statement. */
  query<Row extends QueryResultRow>(
    statement: string,
    parameters: readonly unknown[],
  ): Promise<QueryResult<Row>>
  close(): Promise<void>
}

export interface DatabaseOptions {
  readonly source: string | Pool
  readonly address: string
  readonly schema: string
  readonly timeoutMilliseconds: number
  readonly poolSize: number
  /** Names of the statements that connections of our own keep prepared. */
  readonly names: ReadonlyMap<string, string>
  /** Deletes what has expired. */
  readonly sweep: (database: Database) => Promise<void>
}

/** Creates a database; the driver is loaded, and the server is connected to, by the first call. */
export function createDatabase(options: DatabaseOptions): Database {
  const { source, address, schema, timeoutMilliseconds, names, sweep } = options
  let prepared: Promise<Pool> | undefined
  let opened: Promise<Pool> | undefined
  let stopSweeping: (() => Promise<void>) | undefined

  async function prepare(): Promise<Pool> {
    opened ??= openPool(options)
    const pool = await opened
    await withRetries(() => migrate(pool, schema, address))
    stopSweeping ??= startSweeping(() => sweep(database))
    return pool
  }

  function startPreparing(): Promise<Pool> {
    const preparing = prepare()
    prepared = preparing
    preparing.catch(() => {
      prepared = undefined
    })
    return preparing
  }

  const database: Database = {
    async run(work) {
      const deadline = systemClock.elapsed() + timeoutMilliseconds
      const attempt = async () => {
        const pool = await (prepared ?? startPreparing())
        return withRetries(async () => {
          // Whoever was told that it failed does not want it to begin now.
          if (systemClock.elapsed() >= deadline) throw new Error('the time is over')
          return work(pool)
        })
      }
      try {
        return await within(timeoutMilliseconds, attempt())
      } catch (error) {
        throw toStorageError(error, address)
      }
    },
    query(text, parameters) {
      // Behind a pool that was brought may be a pooler, which gives every transaction another server.
      const name = typeof source === 'string' ? names.get(text) : undefined
      return database.run((pool) => pool.query({ name, text, values: [...parameters] }))
    },
    async close() {
      await within(timeoutMilliseconds, Promise.resolve(prepared)).catch(() => undefined)
      await stopSweeping?.()
      const pool = await opened?.catch(() => undefined)
      if (pool === undefined || typeof source !== 'string') return
      // A server that does not answer is not told.
      await within(timeoutMilliseconds, pool.end()).catch(() => undefined)
    },
  }
  return database
}

/** The limits of driver and server end what is abandoned, and with it locks of a lost process. */
async function openPool(options: DatabaseOptions): Promise<Pool> {
  const { source, timeoutMilliseconds, poolSize } = options
  if (typeof source !== 'string') return source
  const driver = await importPeer('pg', () => import('pg'))
  const pool = new driver.Pool({
    connectionString: source,
    max: poolSize,
    application_name: 'mcp-gatehouse',
    keepAlive: true,
    connectionTimeoutMillis: timeoutMilliseconds,
    query_timeout: timeoutMilliseconds,
    statement_timeout: timeoutMilliseconds,
    idle_in_transaction_session_timeout: timeoutMilliseconds,
  })
  // A connection that is lost while nobody uses it is replaced by the next one.
  pool.on('error', () => undefined)
  return pool
}
