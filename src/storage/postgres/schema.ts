import type { Pool, PoolClient } from 'pg'
import { ConfigError } from '../../errors/index.ts'
import {
  type Migration,
  requireCompatible,
  type SchemaVersion,
  schemaVersionOf,
} from '../schema-version.ts'
import { isMissingTable } from './failure.ts'
import { inTransaction } from './transaction.ts'

export const MIGRATIONS: readonly Migration[] = [
  {
    isAdditive: false,
    statements: `
  CREATE SEQUENCE versions;
  CREATE TABLE records (
    key text COLLATE "C" PRIMARY KEY,
    value bytea NOT NULL,
    version bigint NOT NULL DEFAULT nextval('versions'),
    expires_at timestamptz,
    tags text[] COLLATE "C" NOT NULL DEFAULT '{}'
  );
  -- The values are sealed, so that they cannot be made smaller.
  ALTER TABLE records ALTER COLUMN value SET STORAGE EXTERNAL;
  CREATE INDEX records_by_expiry ON records (expires_at) WHERE expires_at IS NOT NULL;
  CREATE INDEX records_by_tag ON records USING gin (tags) WHERE tags <> '{}';
  `,
  },
  {
    isAdditive: true,
    statements: `
  CREATE SEQUENCE fences;
  CREATE TABLE locks (
    name text COLLATE "C" PRIMARY KEY,
    holder uuid NOT NULL,
    fence bigint NOT NULL,
    expires_at timestamptz NOT NULL
  );
  CREATE INDEX locks_by_expiry ON locks (expires_at);
  `,
  },
]

/** A name that means the same with and without quotes, and is not the server's own. */
const SCHEMA_NAME = /^(?!pg_)[a-z_][a-z0-9_]{0,62}$/

/** @throws {ConfigError} `ERR_CONFIG_OPTION_TYPE` */
export function requireSchemaName(schema: string): string {
  if (typeof schema !== 'string' || !SCHEMA_NAME.test(schema)) {
    throw new ConfigError('ERR_CONFIG_OPTION_TYPE', 'schema (a name of a-z, 0-9 and _)')
  }
  return schema
}

/**
 * Brings the schema to the version of this release. Processes that start at once do so one after
 * the other; one that is interrupted leaves whole steps, and the next goes on from there. A newer
 * schema that this release can work with stays as it is.
 *
 * It only reads where there is nothing to do, so that the user of the database needs no more rights
 * than to read and write once somebody has made the schema.
 *
 * @throws {ConfigError} `ERR_CONFIG_STORAGE_SCHEMA` where it cannot; nothing is changed then
 */
export async function migrate(
  pool: Pool,
  schema: string,
  address: string,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  const known = migrations.length
  const check = (found: SchemaVersion): number => {
    requireCompatible(found, known, `${address}, schema ${schema}`)
    return found.version
  }
  let version = check(await readSchemaVersion(pool, schema))
  while (version < known) {
    version = await inTransaction(pool, 'BEGIN', async (client) => {
      await lockSchema(client, schema)
      const from = check(await readRow(client, 'schema_version'))
      return takeStep(client, migrations.slice(0, from + 1), from)
    })
  }
}

const NONE: SchemaVersion = { version: 0, compatibleFrom: 0 }

async function readSchemaVersion(pool: Pool, schema: string): Promise<SchemaVersion> {
  try {
    return await readRow(pool, `"${schema}".schema_version`)
  } catch (error) {
    if (isMissingTable(error)) return NONE
    throw error
  }
}

async function readRow(client: Pool | PoolClient, table: string): Promise<SchemaVersion> {
  const { rows } = await client.query<SchemaVersion>(
    `SELECT version, compatible_from AS "compatibleFrom" FROM ${table}`,
  )
  return rows[0] ?? NONE
}

/** @param migrations Up to the one that comes next. */
async function takeStep(
  client: PoolClient,
  migrations: readonly Migration[],
  from: number,
): Promise<number> {
  const next = migrations[from]
  // Another process was faster.
  if (next === undefined) return from
  await client.query(next.statements)
  const { version, compatibleFrom } = schemaVersionOf(migrations)
  await client.query('UPDATE schema_version SET version = $1, compatible_from = $2', [
    version,
    compatibleFrom,
  ])
  return version
}

/** Nobody else migrates the schema until the end of the transaction; creates it where it is missing. */
async function lockSchema(client: PoolClient, schema: string): Promise<void> {
  const lockName = `mcp-gatehouse migrates ${schema}`
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [lockName])
  const { rows } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])
  // Without a look before, it needs the right to create schemas even where there is this one.
  if (rows.length === 0) await client.query(`CREATE SCHEMA "${schema}"`)
  await client.query(`SET LOCAL search_path TO "${schema}"`)
  await client.query(`
    CREATE TABLE IF NOT EXISTS schema_version (
      is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
      version integer NOT NULL,
      compatible_from integer NOT NULL
    )`)
  await client.query('INSERT INTO schema_version VALUES (true, 0, 0) ON CONFLICT DO NOTHING')
}
