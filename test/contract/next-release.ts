import { openStorage } from '../../src/storage/open.ts'
import { migrate, MIGRATIONS as POSTGRES_MIGRATIONS } from '../../src/storage/postgres/schema.ts'
import { postgres } from '../../src/storage/postgres.ts'
import { defineScripts } from '../../src/storage/redis/client.ts'
import { agreeOnSchema, SCHEMA_VERSION } from '../../src/storage/redis/schema.ts'
import { redis } from '../../src/storage/redis.ts'
import type { Migration } from '../../src/storage/schema-version.ts'
import { createSqliteConnection } from '../../src/storage/sqlite/connection.ts'
import { createSqliteStorage } from '../../src/storage/sqlite/create-storage.ts'
import { openDatabase } from '../../src/storage/sqlite/open-database.ts'
import { MIGRATIONS as SQLITE_MIGRATIONS } from '../../src/storage/sqlite/schema.ts'
import type { Storage } from '../../src/storage/storage.ts'

/** A store of a test's own. */
export interface Target {
  readonly url: string
  readonly prefix?: string
  readonly schema?: string
}

/** This release, the one after it, or one whose schema this one cannot work with. */
export type Release = 'this' | 'next' | 'incompatible'

/** What the release after this one could add: this one need not know of it. */
const ADDITIVE: Migration = {
  isAdditive: true,
  statements: `
    ALTER TABLE records ADD COLUMN note TEXT NOT NULL DEFAULT 'none';
    CREATE INDEX records_by_note ON records (note);
    CREATE TABLE notes (note TEXT PRIMARY KEY);
  `,
}
const INCOMPATIBLE: Migration = {
  isAdditive: false,
  statements: 'ALTER TABLE notes RENAME TO comments',
}
const TIMEOUT_MILLISECONDS = 5_000

/**
 * Opens a store as a release does: this code, with the migrations that the release has. Redis and
 * PostgreSQL can be used in this way where they are compatible.
 */
export async function openAs(release: Release, target: Target): Promise<Storage> {
  const { url, ...options } = target
  if (release === 'this') return openStorage(url, options)
  const added = release === 'next' ? [ADDITIVE] : [ADDITIVE, INCOMPATIBLE]
  const { protocol } = new URL(url)
  if (protocol === 'sqlite:') return openSqlite(url.slice('sqlite:'.length), added)
  return protocol === 'redis:' ? openRedis(target, release) : openPostgres(target, added)
}

function openSqlite(path: string, added: readonly Migration[]): Storage {
  const migrations = [...SQLITE_MIGRATIONS, ...added]
  const connection = createSqliteConnection({
    path,
    open: (isNew) => openDatabase(path, { isNew, migrations }),
    timeoutMilliseconds: TIMEOUT_MILLISECONDS,
  })
  return createSqliteStorage(connection, Date.now)
}

async function openPostgres(
  { url, schema = '' }: Target,
  added: readonly Migration[],
): Promise<Storage> {
  const { Pool } = await import('pg')
  const pool = new Pool({ connectionString: url })
  await migrate(pool, schema, 'test', [...POSTGRES_MIGRATIONS, ...added])
  const storage = postgres(pool, { schema })
  return {
    ...storage,
    async close() {
      await storage.close()
      await pool.end()
    },
  }
}

async function openRedis({ url, prefix = '' }: Target, release: Release): Promise<Storage> {
  const { Redis } = await import('ioredis')
  const client = new Redis(url)
  defineScripts(client)
  const version = SCHEMA_VERSION.version + (release === 'next' ? 1 : 2)
  const compatibleFrom = release === 'next' ? SCHEMA_VERSION.compatibleFrom : version
  await agreeOnSchema(client, `{${prefix}}:`, 'test', { version, compatibleFrom })
  const storage = redis(client, { prefix })
  return {
    ...storage,
    async close() {
      await storage.close()
      await client.quit()
    },
  }
}
