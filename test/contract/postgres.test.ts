import { randomUUID } from 'node:crypto'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgres } from '../../src/storage/postgres.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { bytes, collect } from '../../src/testing/storage-contract/world.ts'
import { storageContract } from '../../src/testing/storage-contract.ts'
import { expectAnyTextToBeAKey } from './hostile-keys.ts'
import { outageCases, TIMEOUT_SECONDS } from './outage-cases.ts'
import { missingService, POSTGRES, POSTGRES_URL } from './services.ts'
import { expectOneWinnerEach } from './take-race.ts'

const missing = await missingService('PostgreSQL')
const SCHEMA = `test_${randomUUID().replaceAll('-', '')}`
const VALUE = bytes('value')

describe.skipIf(missing !== '')(`PostgreSQL${missing}`, () => {
  let admin: Pool
  const schemas: string[] = []
  beforeAll(() => {
    admin = new Pool({ connectionString: POSTGRES_URL, max: 2 })
  })
  afterAll(async () => {
    for (const schema of schemas) await admin.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
    await admin.end()
  })
  function schemaFor(purpose: string): string {
    const schema = `${SCHEMA}_${purpose}`
    if (!schemas.includes(schema)) schemas.push(schema)
    return schema
  }

  describe('the contract', () => {
    const open = async () => postgres(POSTGRES_URL, { schema: schemaFor('contract') })
    test.each(storageContract(open, { isShared: true }))('$name', async (contractCase) => {
      await expect(contractCase.run()).resolves.toBeUndefined()
    })
  })

  describe('an outage', () => {
    const open = (port: number): Storage => {
      const url = `postgres://postgres:secret-password@${POSTGRES.host}:${port}/test`
      const schema = schemaFor('outage')
      // With one connection, one that is never given back is noticed.
      return postgres(url, { schema, timeoutSeconds: TIMEOUT_SECONDS, poolSize: 1 })
    }
    test.each(outageCases(POSTGRES, open))('$name', { timeout: 30_000 }, async ({ run }) => {
      await expect(run()).resolves.toBeUndefined()
    })
  })

  test('SEC-280 of two processes that take 2,000 records, one gets each', {
    timeout: 120_000,
  }, async () => {
    await expectOneWinnerEach(POSTGRES_URL, { schema: schemaFor('race') })
  })

  // A tenth of what the other stores do: a batch is a statement for each of its writes.
  test('SEC-275 10,000 texts are keys, tags and values', { timeout: 240_000 }, async () => {
    const storage = postgres(POSTGRES_URL, { schema: schemaFor('hostile') })
    await expectAnyTextToBeAKey(storage, 10_000)
    await storage.close()
  })

  test('connections that the server ends are replaced, whether or not they are in use', async () => {
    const schema = schemaFor('ended')
    const named = `${POSTGRES_URL}?application_name=${schema}`
    const storage = postgres(named, { schema })
    await storage.set('kept', VALUE)
    const end = () =>
      admin.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1',
        [schema],
      )
    const writes = [{ kind: 'set', key: 'a', value: VALUE } as const]
    for (let round = 0; round < 5; round += 1) {
      const calls = Array.from({ length: 20 }, (_, index) =>
        index % 2 === 0 ? storage.get('kept') : storage.commit(writes),
      )
      const [outcomes] = await Promise.all([Promise.allSettled(calls), end()])
      for (const outcome of outcomes) {
        if (outcome.status === 'fulfilled') continue
        expect(outcome.reason).toMatchObject({ code: 'ERR_STORAGE_UNAVAILABLE', retryable: true })
      }
      await expect
        .poll(() => storage.get('kept').catch(() => 'failed'))
        .toMatchObject({ value: VALUE })
    }
    await storage.close()
  })

  test('batches and deletions by tag at once never mix, and never lock each other out', async () => {
    const schema = schemaFor('mixed')
    const storages = [postgres(POSTGRES_URL, { schema }), postgres(POSTGRES_URL, { schema })]
    const [first, second] = storages as [Storage, Storage]
    const keys = Array.from({ length: 8 }, (_, index) => `key ${index}`)
    for (let round = 0; round < 15; round += 1) {
      const options = { value: bytes(`${round}`), tags: ['tag'] }
      const writes = keys.map((key) => ({ kind: 'set', key, ...options }) as const)
      const removals = keys.map((key) => ({ kind: 'delete', key }) as const)
      await Promise.all([
        first.commit(writes),
        second.commit(removals.toReversed()),
        second.commit(writes.toReversed()),
        first.deleteByTag('tag'),
        second.deleteByTag('tag'),
      ])
      expect([0, keys.length]).toContain((await collect(first.list(''))).length)
    }
    await Promise.all(storages.map((storage) => storage.close()))
  })

  test('a deletion by tag that waited for a batch sees the whole of it', async () => {
    const schema = schemaFor('waited')
    const storage = postgres(POSTGRES_URL, { schema })
    await storage.set('old', VALUE, { tags: ['tag'] })
    const batch = await admin.connect()
    await batch.query('BEGIN')
    await batch.query(`UPDATE ${schema}.records SET value = '' WHERE key = 'old'`)
    await batch.query(`INSERT INTO ${schema}.records VALUES ('new', '', 0, NULL, ARRAY['tag'])`)
    const deleting = storage.deleteByTag('tag')
    const waiting = async () => {
      const { rowCount } = await admin.query(
        `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1`,
        [`%"${schema}".records%`],
      )
      return rowCount
    }
    await expect.poll(waiting).toBe(1)
    await batch.query('COMMIT')
    batch.release()
    expect(await deleting).toBe(2)
    await storage.close()
  })

  test('a batch that wants two keys to be away, and one that sets both, do not pass each other', async () => {
    const storage = postgres(POSTGRES_URL, { schema: schemaFor('skew') })
    for (let round = 0; round < 30; round += 1) {
      const [a, b] = [`a ${round}`, `b ${round}`]
      const done = await Promise.all([
        storage.commit([
          { kind: 'delete', key: a, if: 'absent' },
          { kind: 'set', key: b, value: VALUE },
        ]),
        storage.commit([
          { kind: 'delete', key: b, if: 'absent' },
          { kind: 'set', key: a, value: VALUE },
        ]),
      ])
      expect(done.filter(Boolean)).toHaveLength(1)
    }
    await storage.close()
  })

  test('a database that is read-only refuses writes, and can be read', async () => {
    const schema = schemaFor('readonly')
    const writer = postgres(POSTGRES_URL, { schema })
    await writer.set('kept', VALUE)
    await writer.close()
    const url = `${POSTGRES_URL}?options=-c%20default_transaction_read_only%3Don`
    const reader = postgres(url, { schema })
    expect(await reader.get('kept')).toMatchObject({ value: VALUE })
    const refusal = { name: 'StorageError', code: 'ERR_STORAGE_WRITE', retryable: false }
    await expect(reader.set('new', VALUE)).rejects.toMatchObject(refusal)
    await expect(reader.take('kept')).rejects.toMatchObject(refusal)
    await expect(reader.commit([{ kind: 'delete', key: 'kept' }])).rejects.toMatchObject(refusal)
    expect(await reader.get('kept')).toMatchObject({ value: VALUE })
    await reader.close()
  })

  test('a database whose transactions are serializable loses none to a conflict', async () => {
    const schema = schemaFor('serializable')
    const url = `${POSTGRES_URL}?options=-c%20default_transaction_isolation%3Dserializable`
    const storage = postgres(url, { schema })
    await storage.check()
    const sets = Array.from({ length: 6 }, (_, index) => storage.set('key', bytes(`${index}`)))
    expect(await Promise.all(sets)).toEqual(sets.map(() => true))
    await storage.close()
  })

  test('a pool that is passed is used, and is not closed', async () => {
    const storage = postgres(admin, { schema: schemaFor('pool') })
    await storage.set('key', VALUE)
    await storage.close()
    expect((await admin.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  test('an error of the server is passed on without the values in it', async () => {
    const storage = postgres(`${POSTGRES_URL}-missing`)
    await expect(storage.check()).rejects.toMatchObject({
      code: 'ERR_STORAGE_UNAVAILABLE',
      retryable: false,
      message: expect.stringContaining('postgres://127.0.0.1:5432:') as string,
      cause: { message: 'PostgreSQL answered 3D000: database "test-missing" does not exist' },
    })
    await storage.close()
  })
})

describe('options', () => {
  const wrong: readonly (readonly [string, () => unknown, string])[] = [
    ['a quote', () => postgres(POSTGRES_URL, { schema: 'a"b' }), 'ERR_CONFIG_OPTION_TYPE'],
    ['no schema', () => postgres(POSTGRES_URL, { schema: '' }), 'ERR_CONFIG_OPTION_TYPE'],
    [
      'the server’s own',
      () => postgres(POSTGRES_URL, { schema: 'pg_a' }),
      'ERR_CONFIG_OPTION_TYPE',
    ],
    [
      '64 characters',
      () => postgres(POSTGRES_URL, { schema: 'a'.repeat(64) }),
      'ERR_CONFIG_OPTION_TYPE',
    ],
    ['no connections', () => postgres(POSTGRES_URL, { poolSize: 0 }), 'ERR_CONFIG_NUMBER_RANGE'],
    [
      'too much time',
      () => postgres(POSTGRES_URL, { timeoutSeconds: 61 }),
      'ERR_CONFIG_NUMBER_RANGE',
    ],
    ['another scheme', () => postgres('mysql://127.0.0.1/test'), 'ERR_CONFIG_STORAGE_URL'],
  ]
  test.each(wrong)('%s is refused at once', (_, create, code) => {
    expect(create).toThrow(expect.objectContaining({ name: 'ConfigError', code }) as Error)
  })
})
