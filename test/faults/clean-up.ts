import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { isReachable, POSTGRES, POSTGRES_URL, REDIS, REDIS_URL } from '../contract/services.ts'

/** Deletes what tests have left on the shared servers under names that begin like this. */
export async function cleanUp(name: string): Promise<void> {
  if (await isReachable(REDIS.host, REDIS.port)) await cleanUpRedis(name)
  if (await isReachable(POSTGRES.host, POSTGRES.port)) await cleanUpPostgres(name)
}

async function cleanUpRedis(name: string): Promise<void> {
  const redis = new Redis(REDIS_URL)
  for await (const keys of redis.scanStream({ match: `{${name}*`, count: 1_000 })) {
    if ((keys as string[]).length > 0) await redis.unlink(keys as string[])
  }
  await redis.quit()
}

async function cleanUpPostgres(name: string): Promise<void> {
  const pool = new Pool({ connectionString: POSTGRES_URL })
  const { rows } = await pool.query<{ readonly schema: string }>(
    'SELECT nspname AS schema FROM pg_namespace WHERE starts_with(nspname, $1)',
    [name],
  )
  for (const { schema } of rows) await pool.query(`DROP SCHEMA ${schema} CASCADE`)
  await pool.end()
}
