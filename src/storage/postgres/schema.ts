import type { Pool, PoolClient } from 'pg'
import { ConfigError } from '../../errors/index.ts'
import { isMissingTable } from './failure.ts'
import { inTransaction } from './transaction.ts'

/**
 * One step each, from a version of the schema to the next. What was released is never changed; what
 * comes later must leave the release before it able to work.
 */
const MIGRATIONS: readonly string[] = [
  `
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
  `
  CREATE SEQUENCE fences;
  CREATE TABLE locks (
    name text COLLATE "C" PRIMARY KEY,
    holder uuid NOT NULL,
    fence bigint NOT NULL,
    expires_at timestamptz NOT NULL
  );
  CREATE INDEX locks_by_expiry ON locks (expires_at);
  `,
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
 * the other; one that is interrupted leaves whole steps, and the next goes on from there.
 *
 * It only reads where there is nothing to do, so that the user of the database needs no more rights
 * than to read and write once somebody has made the schema.
 *
 * @throws {ConfigError} `ERR_CONFIG_STORAGE_SCHEMA`
 */
export async function migrate(pool: Pool, schema: string, address: string): Promise<void> {
  const refuseNewer = (version: number): void => {
    if (version <= MIGRATIONS.length) return
    const subject = `${address} (schema ${schema} has version ${version}, not ${MIGRATIONS.length})`
    throw new ConfigError('ERR_CONFIG_STORAGE_SCHEMA', subject)
  }
  let version = await readVersion(pool, schema)
  refuseNewer(version)
  while (version < MIGRATIONS.length) {
    version = await inTransaction(pool, 'BEGIN', (client) => takeStep(client, schema, refuseNewer))
  }
}

async function readVersion(pool: Pool, schema: string): Promise<number> {
  try {
    const { rows } = await pool.query<VersionRow>(`SELECT version FROM "${schema}".schema_version`)
    return rows[0]?.version ?? 0
  } catch (error) {
    if (isMissingTable(error)) return 0
    throw error
  }
}

interface VersionRow {
  readonly version: number
}

async function takeStep(
  client: PoolClient,
  schema: string,
  refuseNewer: (version: number) => void,
): Promise<number> {
  const lockName = `mcp-gatehouse migrates ${schema}`
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [lockName])
  await createSchema(client, schema)
  const { rows } = await client.query<VersionRow>('SELECT version FROM schema_version')
  const version = rows[0]?.version ?? 0
  refuseNewer(version)
  const step = MIGRATIONS[version]
  if (step === undefined) return version
  await client.query(step)
  await client.query('UPDATE schema_version SET version = $1', [version + 1])
  return version + 1
}

async function createSchema(client: PoolClient, schema: string): Promise<void> {
  const { rows } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])
  // Without a look before, it needs the right to create schemas even where there is this one.
  if (rows.length === 0) await client.query(`CREATE SCHEMA "${schema}"`)
  await client.query(`SET LOCAL search_path TO "${schema}"`)
  await client.query(`
    CREATE TABLE IF NOT EXISTS schema_version (
      is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
      version integer NOT NULL
    )`)
  await client.query('INSERT INTO schema_version (version) VALUES (0) ON CONFLICT DO NOTHING')
}
