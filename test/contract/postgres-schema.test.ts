import { randomUUID } from 'node:crypto'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createStatements } from '../../src/storage/postgres/statements.ts'
import { sweep } from '../../src/storage/postgres/sweep.ts'
import { postgres } from '../../src/storage/postgres.ts'
import { bytes } from '../../src/testing/storage-contract/world.ts'
import { missingService, POSTGRES_URL } from './services.ts'

const missing = await missingService('PostgreSQL')
const VALUE = bytes('value')

describe.skipIf(missing !== '')(`the schema in PostgreSQL${missing}`, () => {
  let admin: Pool
  const schemas: string[] = []
  beforeAll(() => {
    admin = new Pool({ connectionString: POSTGRES_URL })
  })
  afterAll(async () => {
    for (const schema of schemas) await admin.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
    await admin.end()
  })
  function newSchema(): string {
    const schema = `test_${randomUUID().replaceAll('-', '')}`
    schemas.push(schema)
    return schema
  }
  async function versionOf(schema: string): Promise<number> {
    const { rows } = await admin.query<{ version: number }>(
      `SELECT version FROM ${schema}.schema_version`,
    )
    return rows[0]?.version ?? 0
  }

  test('SEC-281 a schema of a newer release is refused, and stays as it is', async () => {
    const schema = newSchema()
    const storage = postgres(POSTGRES_URL, { schema })
    await storage.set('kept', VALUE)
    await storage.close()
    const current = await versionOf(schema)
    const newer = current + 1
    await admin.query(
      `UPDATE ${schema}.schema_version SET version = ${newer}, compatible_from = ${newer}`,
    )
    const older = postgres(POSTGRES_URL, { schema })
    const refusal = { name: 'ConfigError', code: 'ERR_CONFIG_STORAGE_SCHEMA' }
    await expect(older.check()).rejects.toMatchObject(refusal)
    await expect(older.take('kept')).rejects.toMatchObject(refusal)
    expect(await versionOf(schema)).toBe(newer)
    await admin.query(`UPDATE ${schema}.schema_version SET compatible_from = 1`)
    expect(await older.get('kept')).toMatchObject({ value: VALUE })
    await older.close()
  })

  test('SEC-281 a migration that was interrupted goes on where it was', async () => {
    const schema = newSchema()
    await admin.query(`CREATE SCHEMA ${schema}`)
    const blocker = await admin.connect()
    // Whoever creates the same table waits for the end of this transaction.
    await blocker.query('BEGIN')
    await blocker.query(`CREATE TABLE ${schema}.locks (name text)`)
    const storage = postgres(POSTGRES_URL, { schema })
    const failed = storage.lock('lock', 60).catch((error: unknown) => error)
    const waiting = async () => {
      const { rows } = await admin.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity
          WHERE wait_event_type = 'Lock' AND query LIKE '%CREATE TABLE locks%'
            AND application_name = 'mcp-gatehouse'`,
      )
      return rows[0]?.pid
    }
    await expect.poll(waiting).toBeDefined()
    await admin.query('SELECT pg_terminate_backend($1)', [await waiting()])
    expect(await failed).toMatchObject({ code: 'ERR_STORAGE_UNAVAILABLE', retryable: true })
    expect(await versionOf(schema)).toBe(1)
    await blocker.query('ROLLBACK')
    blocker.release()
    expect(await storage.lock('lock', 60)).toBeDefined()
    expect(await versionOf(schema)).toBe(2)
    await storage.close()
  })

  test('ten processes that start at once make one schema', async () => {
    const schema = newSchema()
    const storages = Array.from({ length: 10 }, () =>
      postgres(POSTGRES_URL, { schema, poolSize: 1 }),
    )
    const locks = await Promise.all(storages.map((storage) => storage.lock('lock', 60)))
    expect(locks.filter((lock) => lock !== undefined)).toHaveLength(1)
    await Promise.all(storages.map((storage) => storage.close()))
  })

  test('once there is a schema, the right to read and write is enough', async () => {
    const schema = newSchema()
    const owner = postgres(POSTGRES_URL, { schema })
    await owner.set('kept', VALUE)
    await owner.close()
    const role = `${schema}_few`
    await admin.query(`CREATE ROLE ${role} LOGIN;
      GRANT USAGE ON SCHEMA ${schema} TO ${role};
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${role};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role}`)
    const storage = postgres(POSTGRES_URL.replace('postgres@', `${role}@`), { schema })
    expect(await storage.take('kept')).toMatchObject({ value: VALUE })
    expect(await storage.commit([{ kind: 'set', key: 'new', value: VALUE, tags: ['a'] }])).toBe(
      true,
    )
    expect(await storage.lock('lock', 60)).toBeDefined()
    await storage.close()
    await admin.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
  })

  test('what has expired is deleted in batches, and what somebody else has locked is left', async () => {
    const schema = newSchema()
    const storage = postgres(POSTGRES_URL, { schema })
    await storage.set('kept', VALUE)
    await storage.set('later', VALUE, { ttlSeconds: 600 })
    await storage.lock('lock', 600)
    await storage.close()
    await admin.query(`INSERT INTO ${schema}.records (key, value, expires_at)
      SELECT 'over ' || number, '', now() - interval '1 second' FROM generate_series(1, 1201) AS number`)
    await admin.query(`INSERT INTO ${schema}.locks
      VALUES ('recent', '${randomUUID()}', 1, now()), ('old', '${randomUUID()}', 1, now() - interval '2 days')`)
    const holder = await admin.connect()
    await holder.query('BEGIN')
    await holder.query(`SELECT 1 FROM ${schema}.records WHERE key = 'over 7' FOR UPDATE`)
    const statements = createStatements(schema)
    const batches: number[] = []
    for (const statement of [statements.sweepRecords, statements.sweepLocks]) {
      await sweep(async (count) => {
        const { rowCount } = await admin.query(statement, [count])
        batches.push(rowCount ?? 0)
        return rowCount ?? 0
      })
    }
    await holder.query('ROLLBACK')
    holder.release()
    expect(batches).toEqual([500, 500, 200, 1])
    const { rows } = await admin.query<{ name: string }>(
      `SELECT key AS name FROM ${schema}.records UNION ALL SELECT name FROM ${schema}.locks ORDER BY 1`,
    )
    expect(rows.map(({ name }) => name)).toEqual(['kept', 'later', 'lock', 'over 7', 'recent'])
  })
})
