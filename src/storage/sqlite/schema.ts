import type { DatabaseSync } from 'node:sqlite'
import {
  type Migration,
  requireCompatible,
  type SchemaVersion,
  schemaVersionOf,
} from '../schema-version.ts'

/**
 * Triggers forget the tags, so that no way of deleting or replacing a record can leave them behind.
 * `AUTOINCREMENT` never gives a fence again, also not that of a lock that was released.
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    isAdditive: false,
    statements: `
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
  },
]

const CREATE_SCHEMA_VERSION = `
  CREATE TABLE IF NOT EXISTS schema_version (
    is_only INTEGER PRIMARY KEY DEFAULT 1 CHECK (is_only = 1),
    version INTEGER NOT NULL,
    compatible_from INTEGER NOT NULL
  ) STRICT;
`

/**
 * Brings the schema up to date, all at once: whoever dies in the middle has changed nothing. A newer
 * one that this release can work with stays as it is.
 *
 * @throws {ConfigError} `ERR_CONFIG_STORAGE_SCHEMA` where it cannot; nothing is changed then
 */
export function migrate(
  database: DatabaseSync,
  path: string,
  migrations: readonly Migration[] = MIGRATIONS,
): void {
  const known = migrations.length
  if (readVersion(database, path, known) >= known) return
  database.exec('BEGIN IMMEDIATE')
  try {
    database.exec(CREATE_SCHEMA_VERSION)
    const from = readVersion(database, path, known)
    for (const { statements } of migrations.slice(from)) database.exec(statements)
    if (from < known) writeVersion(database, schemaVersionOf(migrations))
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** 0 for a file without a schema. */
function readVersion(database: DatabaseSync, path: string, known: number): number {
  const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'").get()
  if (table === undefined) return 0
  const row = database.prepare('SELECT version, compatible_from FROM schema_version').get()
  if (row === undefined) return 0
  const found = {
    version: Number(row['version']),
    compatibleFrom: Number(row['compatible_from']),
  }
  requireCompatible(found, known, path)
  return found.version
}

function writeVersion(database: DatabaseSync, { version, compatibleFrom }: SchemaVersion): void {
  database
    .prepare('INSERT OR REPLACE INTO schema_version VALUES (1, ?, ?)')
    .run(version, compatibleFrom)
}
