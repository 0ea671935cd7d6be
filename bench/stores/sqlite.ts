import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sqlite } from 'mcp-gatehouse/storage/sqlite'
import { type BareDriver, type StorePair, seal, TTL_SECONDS } from './store.ts'

/** Two files in one folder. */
export async function openSqlitePair(): Promise<StorePair> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  const storage = await seal(sqlite(join(folder, 'ours.db')))
  const bare = createBareSqlite(join(folder, 'bare.db'))
  return {
    name: 'SQLite',
    storage,
    bare,
    async close() {
      await storage.close()
      await bare.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Prepared statements of `node:sqlite`, each its own transaction, on the disk when it returns. */
function createBareSqlite(path: string): BareDriver {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec('CREATE TABLE records (key TEXT PRIMARY KEY, expires_at INTEGER, value BLOB)')
  // Whoever keeps records with a lifetime has to find those that are over.
  database.exec('CREATE INDEX records_by_expiry ON records (expires_at)')
  const set = database.prepare(
    `INSERT INTO records (key, expires_at, value) VALUES (?, ?, ?) ON CONFLICT (key)
      DO UPDATE SET expires_at = excluded.expires_at, value = excluded.value`,
  )
  const get = database.prepare('SELECT value FROM records WHERE key = ? AND expires_at > ?')
  const take = database.prepare(
    'DELETE FROM records WHERE key = ? AND expires_at > ? RETURNING value',
  )
  const valueOf = (row: unknown): Uint8Array | undefined =>
    (row as { readonly value: Uint8Array } | undefined)?.value
  return {
    set: async (key, value) => set.run(key, Date.now() + TTL_SECONDS * 1_000, value),
    get: async (key) => valueOf(get.get(key, Date.now())),
    take: async (key) => valueOf(take.get(key, Date.now())),
    close: async () => database.close(),
  }
}
