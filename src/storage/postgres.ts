import type { Pool } from 'pg'
import { requireKnownOptions } from '../options/index.ts'
import { randomId } from '../runtime/index.ts'
import { withCheckedInput } from './checked-storage.ts'
import { applySingleWrite, applyWrites, setParameters } from './postgres/commit.ts'
import { createDatabase, type Database } from './postgres/database.ts'
import { requireSchemaName } from './postgres/schema.ts'
import { createStatements, namesOf, type Statements } from './postgres/statements.ts'
import { sweep } from './postgres/sweep.ts'
import { inTransaction } from './postgres/transaction.ts'
import { requireWholeNumber, serverAddress, timeoutMilliseconds } from './server-options.ts'
import type { Lock, Storage, StoredRecord, Write } from './storage.ts'

export interface PostgresStorageOptions {
  /** Where the tables are, a name of a–z, 0–9 and `_`. @defaultValue `mcp_gatehouse` */
  readonly schema?: string | undefined
  /** How long a call may take, connecting included, 1 to 60. @defaultValue 5 */
  readonly timeoutSeconds?: number | undefined
  /** Connections that are open at most, 1 to 1,000. @defaultValue 10 */
  readonly poolSize?: number | undefined
}

const OPTIONS: readonly string[] = [
  'schema',
  'timeoutSeconds',
  'poolSize',
] satisfies (keyof PostgresStorageOptions)[]
const DEFAULT_SCHEMA = 'mcp_gatehouse'
const DEFAULT_POOL_SIZE = 10
const MAX_POOL_SIZE = 1_000
const PAGE = 5_000

interface RecordRow {
  readonly value: Buffer
  readonly version: string
  readonly expires_at: string | null
}

/**
 * Keeps records in PostgreSQL 12 or newer, for any number of processes. What was acknowledged
 * survives a crash, as far as the settings `fsync` and `synchronous_commit` of the server say so.
 * Expiry goes by the clock of the server; what has expired is deleted once a minute.
 *
 * Nothing is connected to before the first call, which also creates the tables, or changes them to
 * what this release needs. Connections that are lost come back by themselves.
 *
 * It does NOT encrypt anything; use `sslmode` for the way there.
 *
 * @param source `postgres://` or `postgresql://`, or a pool of `pg`. A pool keeps its own settings
 *   and is not closed; it has to listen to its `error` event, and is the way to use a connection
 *   pooler that does not let clients set time limits.
 * @throws {ConfigError} `ERR_CONFIG_STORAGE_URL`, `ERR_CONFIG_OPTION_TYPE`,
 *   `ERR_CONFIG_OPTION_UNKNOWN` or `ERR_CONFIG_NUMBER_RANGE`; from every method `ERR_CONFIG_PEER_MISSING` without `pg`, and
 *   `ERR_CONFIG_STORAGE_SCHEMA` where a newer release has changed the tables.
 */
export function postgres(source: string | Pool, options: PostgresStorageOptions = {}): Storage {
  requireKnownOptions(options, OPTIONS, 'postgres')
  const schema = requireSchemaName(options.schema ?? DEFAULT_SCHEMA)
  const statements = createStatements(schema)
  const poolSize = options.poolSize ?? DEFAULT_POOL_SIZE
  const database = createDatabase({
    source,
    address: addressOf(source),
    schema,
    timeoutMilliseconds: timeoutMilliseconds(options.timeoutSeconds),
    poolSize: requireWholeNumber(poolSize, [1, MAX_POOL_SIZE], 'poolSize'),
    names: namesOf(statements),
    sweep: async (swept) => {
      for (const statement of [statements.sweepRecords, statements.sweepLocks]) {
        await sweep(async (count) => (await swept.query(statement, [count])).rowCount ?? 0)
      }
    },
  })
  return withCheckedInput(createPostgresStorage(database, statements))
}

function createPostgresStorage(database: Database, statements: Statements): Storage {
  const isDone = async (statement: string, parameters: readonly unknown[]): Promise<boolean> =>
    (await database.query(statement, parameters)).rowCount === 1
  const readRecord = async (statement: string, key: string): Promise<StoredRecord | undefined> => {
    const { rows } = await database.query<RecordRow>(statement, [key])
    return rows[0] && toRecord(rows[0])
  }

  return {
    durability: 'durable',
    get: (key) => readRecord(statements.get, key),
    take: (key) => readRecord(statements.take, key),
    set(key, value, options) {
      const statement = options?.ifAbsent ? statements.setAbsent : statements.set
      return isDone(statement, setParameters(key, value, options))
    },
    compareAndSwap: (key, version, value, options) =>
      isDone(statements.swap, [...setParameters(key, value, options), version]),
    async commit(writes) {
      const [first] = writes
      if (first === undefined) return true
      return writes.length === 1
        ? applySingleWrite(isDone, statements, first)
        : commit(database, statements, writes)
    },
    delete: (key) => isDone(statements.delete, [key]),
    list: (prefix) => readPages(database, statements.list, `${escapeLike(prefix)}%`),
    listByTag: (tag) => readPages(database, statements.listByTag, tag),
    // In the default isolation, a batch that commits meanwhile would be deleted in part.
    deleteByTag: (tag) =>
      database.run((pool) =>
        inTransaction(pool, 'BEGIN ISOLATION LEVEL REPEATABLE READ', async (client) => {
          const { rowCount } = await client.query(statements.deleteByTag, [tag])
          return rowCount ?? 0
        }),
      ),
    async lock(name, ttlSeconds) {
      const holder = randomId()
      const parameters = [name, holder, ttlSeconds]
      const { rows } = await database.query<{ readonly fence: string }>(statements.lock, parameters)
      if (rows[0] === undefined) return undefined
      return createLock(isDone, statements, { name, holder, fence: Number(rows[0].fence) })
    },
    async check() {
      await database.query('SELECT 1', [])
    },
    close: () => database.close(),
  }
}

async function commit(
  database: Database,
  statements: Statements,
  writes: readonly Write[],
): Promise<boolean> {
  return database.run((pool) =>
    inTransaction(pool, 'BEGIN ISOLATION LEVEL READ COMMITTED', (client) =>
      applyWrites(client, statements, writes),
    ),
  )
}

function createLock(
  isDone: (statement: string, parameters: readonly unknown[]) => Promise<boolean>,
  statements: Statements,
  {
    name,
    holder,
    fence,
  }: { readonly name: string; readonly holder: string; readonly fence: number },
): Lock {
  return {
    fence,
    extend: (ttlSeconds) => isDone(statements.extend, [name, holder, ttlSeconds]),
    release: () => isDone(statements.release, [name, holder]),
  }
}

function toRecord({ value, version, expires_at: expiresAt }: RecordRow): StoredRecord {
  return {
    // The bytes of the driver are a part of what it has read from the socket.
    value: new Uint8Array(value),
    version,
    expiresAt: expiresAt === null ? undefined : Number(expiresAt),
  }
}

/** @param first The first parameter of the statement. */
async function* readPages(
  database: Database,
  statement: string,
  first: string,
): AsyncGenerator<string> {
  let last = ''
  for (;;) {
    const { rows } = await database.query<{ readonly key: string }>(statement, [first, last, PAGE])
    for (const { key } of rows) yield key
    if (rows.length < PAGE) return
    last = rows.at(-1)?.key ?? last
  }
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`)
}

function addressOf(source: string | Pool): string {
  if (typeof source !== 'string') return 'postgres'
  return serverAddress(source, ['postgres:', 'postgresql:'], 'postgres(url)')
}
