import type { DatabaseSync } from 'node:sqlite'
import type { StoredRecord, WriteOptions } from '../storage.ts'

/** The statements over records. Instants are milliseconds since the epoch. */
export interface SqliteRecords {
  find(key: string, now: number): StoredRecord | undefined
  versionOf(key: string, now: number): string | undefined
  put(key: string, value: Uint8Array, options: WriteOptions | undefined, now: number): void
  take(key: string, now: number): StoredRecord | undefined
  /** @returns Whether there was one. */
  remove(key: string, now: number): boolean
  /** Some keys from this one on, in the order of their bytes. */
  keysFrom(key: string, now: number): readonly string[]
  /** Some keys with the tag from this one on, in the order of their bytes. */
  keysWithTag(tag: string, from: string, now: number): readonly string[]
  removeByTag(tag: string, now: number): number
  hasExpired(now: number): boolean
  /** Deletes some of what has expired. @returns Whether there may be more. */
  removeExpired(now: number): boolean
}

interface Row {
  readonly value: Uint8Array
  readonly version: string
  readonly expires_at: number | null
}

const PAGE = 500
const EXPIRED_AT_ONCE = 200
const IS_ALIVE = '(expires_at IS NULL OR expires_at > ?)'
const HAS_EXPIRED = 'expires_at IS NOT NULL AND expires_at <= ?'

/** Prepares the statements. Whatever comes from outside is bound, never a part of their text. */
export function createSqliteRecords(database: DatabaseSync): SqliteRecords {
  const reads = createReads(database)
  const put = database.prepare(
    `INSERT INTO records (key, version, expires_at, is_tagged, value)
      VALUES (?, hex(randomblob(12)), ?, ?, ?)
      ON CONFLICT (key) DO UPDATE SET version = excluded.version, expires_at = excluded.expires_at,
        is_tagged = excluded.is_tagged, value = excluded.value`,
  )
  const addTag = database.prepare('INSERT OR IGNORE INTO tags (tag, key) VALUES (?, ?)')
  const take = database.prepare(
    'DELETE FROM records WHERE key = ? RETURNING value, version, expires_at',
  )
  const remove = database.prepare(`DELETE FROM records WHERE key = ? AND ${IS_ALIVE}`)
  const removeByTag = database.prepare(
    `DELETE FROM records WHERE key IN (SELECT key FROM tags WHERE tag = ?) AND ${IS_ALIVE}`,
  )
  const removeExpired = database.prepare(
    `DELETE FROM records WHERE id IN
      (SELECT id FROM records WHERE ${HAS_EXPIRED} LIMIT ${EXPIRED_AT_ONCE})`,
  )
  return {
    ...reads,
    put(key, value, { ttlSeconds, tags = [] } = {}, now) {
      const expiresAt = ttlSeconds === undefined ? null : now + ttlSeconds * 1_000
      put.run(key, expiresAt, tags.length > 0 ? 1 : 0, value)
      for (const tag of tags) addTag.run(tag, key)
    },
    take: (key, now) => toRecord(take.get(key) as Row | undefined, now),
    remove: (key, now) => remove.run(key, now).changes === 1,
    removeByTag: (tag, now) => Number(removeByTag.run(tag, now).changes),
    removeExpired: (now) => removeExpired.run(now).changes === EXPIRED_AT_ONCE,
  }
}

type Reads = Pick<SqliteRecords, 'find' | 'versionOf' | 'keysFrom' | 'keysWithTag' | 'hasExpired'>

function createReads(database: DatabaseSync): Reads {
  const find = database.prepare('SELECT value, version, expires_at FROM records WHERE key = ?')
  const version = database.prepare(`SELECT version FROM records WHERE key = ? AND ${IS_ALIVE}`)
  const keys = database.prepare(
    `SELECT key FROM records WHERE key >= ? AND ${IS_ALIVE} ORDER BY key LIMIT ${PAGE}`,
  )
  const tagged = database.prepare(
    `SELECT tags.key FROM tags JOIN records ON records.key = tags.key
      WHERE tag = ? AND tags.key >= ? AND ${IS_ALIVE} ORDER BY tags.key LIMIT ${PAGE}`,
  )
  const expired = database.prepare(`SELECT 1 FROM records WHERE ${HAS_EXPIRED} LIMIT 1`)
  return {
    find: (key, now) => toRecord(find.get(key) as Row | undefined, now),
    versionOf: (key, now) => (version.get(key, now) as Row | undefined)?.version,
    keysFrom: (key, now) => toKeys(keys.all(key, now)),
    keysWithTag: (tag, from, now) => toKeys(tagged.all(tag, from, now)),
    hasExpired: (now) => expired.get(now) !== undefined,
  }
}

function toRecord(row: Row | undefined, now: number): StoredRecord | undefined {
  if (row === undefined) return undefined
  const { value, version, expires_at: expiresAt } = row
  if (expiresAt === null) return { value, version, expiresAt: undefined }
  return expiresAt > now ? { value, version, expiresAt: Math.floor(expiresAt / 1_000) } : undefined
}

function toKeys(rows: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  return rows.map(({ key }) => key as string)
}
