import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Pool } from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { createKeyRing, generateKey, keysFromFile } from '../../src/keys/index.ts'
import { sealed } from '../../src/storage/sealed.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { bytes, collect, read } from '../../src/testing/storage-contract/world.ts'
import { newRing, snapshot } from '../unit/storage/sealed-support.ts'
import { documentedCommands, runCommands } from './documented-commands.ts'
import { expectNoFailure, passRounds, prepareLoad, startWorker } from './load.ts'
import { openAs, type Target } from './next-release.ts'
import { missingProgram } from './programs.ts'
import { type RedisServer, startRedisServer } from './redis-server.ts'
import { missingService, POSTGRES_URL } from './services.ts'
import { createTestFolder } from './test-folder.ts'

/** The commands are those of docs/storage.md. */

const RECORDS = 300
const folder = createTestFolder()
const keyFile = folder.file('storage.json')
writeFileSync(keyFile, JSON.stringify({ keys: [await generateKey({ use: 'storage' })] }), {
  mode: 0o600,
})
const ring = await createKeyRing({ use: 'storage', source: keysFromFile(keyFile) })
const { kid } = await ring.current()
const textOf = (index: number): string => `{"token":"secret ${index}"}`

function newFolder(name: string): string {
  mkdirSync(folder.file(name))
  return folder.file(name)
}

/** Backs a store up while another process writes to it, restores it elsewhere, and looks at it. */
async function expectRestorable(
  target: Target,
  backUp: () => void | Promise<void>,
  restore: () => Promise<Target>,
): Promise<void> {
  const storage = await sealed(await openAs('this', target), ring)
  await prepareLoad(storage)
  for (let index = 0; index < RECORDS; index += 1) {
    await storage.set(`kept:t:${index}`, bytes(textOf(index)), { tags: [`user:${index % 3}`] })
  }
  const worker = await startWorker({ name: 'writer', target, keyFile, release: 'this' })
  await passRounds([worker], 5)
  await backUp()
  await passRounds([worker], 5)
  await storage.set('later', bytes('after the backup'))
  await storage.delete('kept:t:0')
  await expectNoFailure([worker], storage)
  await storage.close()

  const store = await openAs('this', await restore())
  await expectRefusedWithoutKey(store)
  const restored = await sealed(store, ring)
  const keys = await collect(restored.list(''))
  expect(keys.length).toBeGreaterThan(RECORDS + 20)
  for (const key of keys) expect(await read(restored, key)).toBeDefined()
  for (let index = 0; index < RECORDS; index += 1) {
    expect(await read(restored, `kept:t:${index}`)).toBe(textOf(index))
  }
  expect(await restored.get('later')).toBeUndefined()
  expect(await restored.deleteByTag('user:0')).toBe(RECORDS / 3)
  expect(await restored.lock('lock', 60)).toBeDefined()
  await restored.close()
}

async function expectRefusedWithoutKey(store: Storage): Promise<void> {
  const before = await snapshot(store)
  await expect(sealed(store, await newRing())).rejects.toMatchObject({
    name: 'ConfigError',
    code: 'ERR_CONFIG_STORAGE_KEY',
    message: expect.stringContaining(kid) as string,
  })
  expect(await snapshot(store)).toEqual(before)
}

const noSqlite = missingProgram('sqlite3')
describe.skipIf(noSqlite !== '')(`SQLite${noSqlite}`, { timeout: 120_000 }, () => {
  const [backUp, restore] = documentedCommands('SQLite')

  test('a backup that is made under load is restored, and read with the key only', async () => {
    const cwd = newFolder('sqlite')
    const target = { url: `sqlite:${join(cwd, 'gatehouse.db')}` }
    await expectRestorable(
      target,
      () => runCommands(backUp, cwd),
      async () => {
        runCommands(restore, cwd)
        return target
      },
    )
  })

  test('without the key the store is set aside as it is, and an empty one takes its place', async () => {
    const [setAside] = documentedCommands('When the key is lost')
    const cwd = newFolder('lost-key')
    const target = { url: `sqlite:${join(cwd, 'gatehouse.db')}` }
    const storage = await sealed(await openAs('this', target), ring)
    await storage.set('kept', bytes('value'))
    await storage.close()
    const refused = await openAs('this', target)
    await expectRefusedWithoutKey(refused)
    await refused.close()
    runCommands(setAside, cwd)
    const fresh = await sealed(await openAs('this', target), await newRing())
    expect(await collect(fresh.list(''))).toEqual([])
    await fresh.close()
    expect(readdirSync(join(cwd, 'lost'))).toContain('gatehouse.db')
    const aside = { url: `sqlite:${join(cwd, 'lost/gatehouse.db')}` }
    const found = await sealed(await openAs('this', aside), ring)
    expect(await read(found, 'kept')).toBe('value')
    await found.close()
  })
})

const noPostgres = (await missingService('PostgreSQL')) || missingProgram('pg_dump', 'psql')
describe.skipIf(noPostgres !== '')(`PostgreSQL${noPostgres}`, { timeout: 120_000 }, () => {
  const [backUp, restore] = documentedCommands('PostgreSQL')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const urlOf = (database: string): string => POSTGRES_URL.replace(/[^/]*$/, database)
  afterAll(async () => {
    for (const database of [`${name}_a`, `${name}_b`]) await administer(`DROP DATABASE ${database}`)
  })

  test('a backup that is made under load is restored, and read with the key only', async () => {
    const cwd = newFolder('postgres')
    const [from, to] = [urlOf(`${name}_a`), urlOf(`${name}_b`)]
    await administer(`CREATE DATABASE ${name}_a`)
    await administer(`CREATE DATABASE ${name}_b`)
    await expectRestorable(
      { url: from },
      () => runCommands(backUp, cwd, { DATABASE_URL: from }),
      async () => {
        runCommands(restore, cwd, { DATABASE_URL: to })
        return { url: to }
      },
    )
  })
})

async function administer(statement: string): Promise<void> {
  const admin = new Pool({ connectionString: POSTGRES_URL })
  await admin.query(statement)
  await admin.end()
}

const noRedis = missingProgram('redis-server', 'redis-cli')
describe.skipIf(noRedis !== '')(`Redis${noRedis}`, { timeout: 120_000 }, () => {
  const [backUp, restore] = documentedCommands('Redis')
  const servers: RedisServer[] = []
  afterAll(() => Promise.all(servers.map((server) => server.stop())))

  test('a backup that is made under load is restored, and read with the key only', async () => {
    const cwd = newFolder('redis')
    const server = await startRedisServer(['--repl-diskless-sync-delay', '0'])
    servers.push(server)
    await expectRestorable(
      { url: server.url },
      () => runCommands(backUp, cwd, { REDIS_URL: server.url }),
      async () => {
        const dir = newFolder('redis-restored')
        runCommands(restore, cwd, { REDIS_DIR: dir })
        const restored = await startRedisServer(['--dir', dir])
        servers.push(restored)
        return { url: restored.url }
      },
    )
  })
})
