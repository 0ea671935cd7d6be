import type { DatabaseSync } from 'node:sqlite'

/** The statements over locks. Instants are milliseconds since the epoch. */
export interface SqliteLocks {
  /** @returns The fence; `undefined` where somebody holds it. */
  acquire(name: string, ttlSeconds: number, now: number): number | undefined
  extend(fence: number, ttlSeconds: number, now: number): boolean
  release(fence: number, now: number): boolean
  hasExpired(now: number): boolean
  removeExpired(now: number): void
}

/** Prepares the statements. A fence names its holder, because no two holders get the same. */
export function createSqliteLocks(database: DatabaseSync): SqliteLocks {
  const acquire = database.prepare(
    `INSERT OR REPLACE INTO locks (name, expires_at) SELECT ?1, ?2
      WHERE NOT EXISTS (SELECT 1 FROM locks WHERE name = ?1 AND expires_at > ?3)
      RETURNING fence`,
  )
  const extend = database.prepare(
    'UPDATE locks SET expires_at = ? WHERE fence = ? AND expires_at > ?',
  )
  const release = database.prepare('DELETE FROM locks WHERE fence = ? AND expires_at > ?')
  const expired = database.prepare('SELECT 1 FROM locks WHERE expires_at <= ? LIMIT 1')
  const removeExpired = database.prepare('DELETE FROM locks WHERE expires_at <= ?')
  return {
    acquire: (name, ttlSeconds, now) =>
      (acquire.get(name, now + ttlSeconds * 1_000, now) as { fence: number } | undefined)?.fence,
    extend: (fence, ttlSeconds, now) =>
      extend.run(now + ttlSeconds * 1_000, fence, now).changes === 1,
    release: (fence, now) => release.run(fence, now).changes === 1,
    hasExpired: (now) => expired.get(now) !== undefined,
    removeExpired: (now) => {
      removeExpired.run(now)
    },
  }
}
