import type { DatabaseSync } from 'node:sqlite'
import { ConfigError } from '../../errors/index.ts'

/**
 * What each version of the schema adds to the one before. A published entry never changes.
 *
 * Triggers forget the tags, so that no way of deleting or replacing a record can leave them behind.
 * `AUTOINCREMENT` never gives a fence again, also not that of a lock that was released.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE records (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    version TEXT NOT NULL,
    expires_at INTEGER,
    is_tagged INTEGER NOT NULL,
    value BLOB NOT NULL
  ) STRICT;
  CREATE INDEX records_by_expiry ON records (expires_at) WHERE expires_at IS NOT NULL;
  CREATE TABLE tags (
    tag TEXT NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (tag, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX tags_by_key ON tags (key);
  CREATE TRIGGER tags_of_deleted AFTER DELETE ON records WHEN OLD.is_tagged
    BEGIN DELETE FROM tags WHERE key = OLD.key; END;
  CREATE TRIGGER tags_of_replaced AFTER UPDATE ON records WHEN OLD.is_tagged
    BEGIN DELETE FROM tags WHERE key = OLD.key; END;
  CREATE TABLE locks (
    fence INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL
  ) STRICT;
  `,
]

/**
 * Brings the schema up to date, all at once: whoever dies in the middle has changed nothing.
 *
 * @throws {ConfigError} `ERR_CONFIG_STORAGE_SCHEMA` where it is newer; nothing is changed then
 */
export function migrate(
  database: DatabaseSync,
  path: string,
  migrations: readonly string[] = MIGRATIONS,
): void {
  if (versionOf(database, path, migrations.length) === migrations.length) return
  database.exec('BEGIN IMMEDIATE')
  try {
    const from = versionOf(database, path, migrations.length)
    for (const migration of migrations.slice(from)) database.exec(migration)
    database.exec(`PRAGMA user_version = ${migrations.length}`)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

function versionOf(database: DatabaseSync, path: string, newest: number): number {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  if (version > newest) throw new ConfigError('ERR_CONFIG_STORAGE_SCHEMA', path)
  return version
}
