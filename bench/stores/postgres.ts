import { postgres } from 'mcp-gatehouse/storage/postgres'
import { Pool } from 'pg'
import { type BareDriver, freshName, type StorePair, seal, TTL_SECONDS } from './store.ts'

const URL = process.env['POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test'
/** As many as the store opens. */
const CONNECTIONS = 10

/** Two schemas in one database. */
export async function openPostgresPair(): Promise<StorePair> {
  const name = freshName()
  const [ours, theirs] = [`${name}_ours`, `${name}_bare`]
  const storage = await seal(postgres(URL, { schema: ours }))
  const pool = new Pool({ connectionString: URL, max: CONNECTIONS })
  const bare = await createBarePostgres(pool, theirs)
  return {
    name: 'PostgreSQL',
    storage,
    bare,
    async close() {
      await storage.close()
      await pool.query(`DROP SCHEMA "${ours}" CASCADE`)
      await pool.query(`DROP SCHEMA "${theirs}" CASCADE`)
      await bare.close()
    },
  }
}

/** Prepared statements of `pg`, each its own transaction. */
async function createBarePostgres(pool: Pool, schema: string): Promise<BareDriver> {
  const records = `"${schema}".records`
  await pool.query(`CREATE SCHEMA "${schema}"`)
  await pool.query(
    `CREATE TABLE ${records} (key text PRIMARY KEY, expires_at timestamptz, value bytea)`,
  )
  // Whoever keeps records with a lifetime has to find those that are over.
  await pool.query(`CREATE INDEX ON ${records} (expires_at)`)
  const isLive = 'expires_at > now()'
  const set = `INSERT INTO ${records} (key, expires_at, value)
    VALUES ($1, now() + make_interval(secs => ${TTL_SECONDS}), $2)
    ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at, value = excluded.value`
  const get = `SELECT value FROM ${records} WHERE key = $1 AND ${isLive}`
  const take = `DELETE FROM ${records} WHERE key = $1 AND ${isLive} RETURNING value`
  const run = async (name: string, text: string, values: unknown[]) =>
    (await pool.query<{ readonly value: Buffer }>({ name, text, values })).rows[0]?.value
  return {
    set: (key, value) => run('set', set, [key, value]),
    get: (key) => run('get', get, [key]),
    take: (key) => run('take', take, [key]),
    close: () => pool.end(),
  }
}
