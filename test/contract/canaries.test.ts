import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { openStorage } from '../../src/storage/open.ts'
import { sealed } from '../../src/storage/sealed.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { bytes } from '../../src/testing/storage-contract/world.ts'
import { newRing } from '../unit/storage/sealed-support.ts'
import { startPostgresServer } from './postgres-server.ts'
import { missingProgram } from './programs.ts'
import { startRedisServer } from './redis-server.ts'
import { createTestFolder } from './test-folder.ts'

const COUNT = 1_000
const AT_ONCE = 50
/** Files are written again and again: of the earlier ones not all are left. */
const ENOUGH = 100
const folder = createTestFolder()
const canaries = Array.from({ length: COUNT }, () => `canary-${randomBytes(24).toString('hex')}`)
const patterns = folder.file('patterns')
writeFileSync(patterns, [...new Set(canaries.flatMap(spellings))].join('\n'))

/** How bytes are written elsewhere. */
function spellings(canary: string): readonly string[] {
  const hex = Buffer.from(canary).toString('hex')
  const base64 = [0, 1, 2].flatMap((shift) =>
    // Of a text within another one, whose first and last characters depend on the others.
    (['base64', 'base64url'] as const).map((encoding) =>
      Buffer.from(`${'x'.repeat(shift)}${canary}xx`)
        .toString(encoding)
        .slice(4, -4),
    ),
  )
  return [canary, hex, hex.toUpperCase(), ...base64]
}

/** How many different spellings of canaries are in a file or folder. */
function countHits(path: string): number {
  const found = spawnSync('grep', ['-r', '-a', '-o', '-h', '-F', '-f', patterns, path], {
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 256 * 1_048_576,
    encoding: 'utf8',
  })
  expect(found).toMatchObject({ stderr: '', status: found.status === 1 ? 1 : 0 })
  return new Set(found.stdout.split('\n').filter((line) => line !== '')).size
}

/** Everything that a store does with a value. */
async function writeCanaries(storage: Storage): Promise<void> {
  for (let start = 0; start < COUNT; start += AT_ONCE) {
    const batch = canaries.slice(start, start + AT_ONCE)
    await Promise.all(batch.map((canary, index) => writeCanary(storage, canary, start + index)))
  }
}

async function writeCanary(storage: Storage, canary: string, index: number): Promise<void> {
  const [key, value] = [`token:t:${index}`, bytes(JSON.stringify({ token: canary }))]
  await storage.set(key, value, { tags: [`user:${index}`], ttlSeconds: 3_600 })
  const { version = '' } = (await storage.get(key)) ?? {}
  expect(await storage.compareAndSwap(key, version, value)).toBe(true)
  if (index % 2 === 0) await storage.commit([{ kind: 'set', key, value }])
  if (index % 5 === 0) await storage.take(key)
}

/**
 * The same is written twice: sealed, after which nothing may be found, and as it is, after which
 * every place has to have it, or looking there would say nothing.
 *
 * @param places By name, the file or folder.
 */
async function expectNoCanary(
  store: Storage,
  places: Readonly<Record<string, string>>,
  writeOut: () => Promise<void>,
): Promise<void> {
  const count = () => Object.entries(places).map(([name, path]) => [name, countHits(path)])
  await writeCanaries(await sealed(store, await newRing()))
  await writeOut()
  expect(count()).toEqual(Object.keys(places).map((name) => [name, 0]))
  await writeCanaries(store)
  await writeOut()
  const enough: unknown = expect.toSatisfy((hits: number) => hits >= ENOUGH)
  expect(count()).toEqual(Object.keys(places).map((name) => [name, enough]))
}

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end()
})

const noGrep = missingProgram('grep')
describe.skipIf(noGrep !== '')(`SEC-258 none of 1,000 canaries is found${noGrep}`, () => {
  test('in the file and the WAL of SQLite', { timeout: 120_000 }, async () => {
    mkdirSync(folder.file('sqlite'))
    const file = folder.file('sqlite/gatehouse.db')
    const store = await openStorage(`sqlite:${file}`)
    endings.push(() => store.close())
    await expectNoCanary(store, { file, wal: `${file}-wal` }, async () => {
      const admin = new DatabaseSync(file)
      admin.exec('PRAGMA wal_checkpoint(PASSIVE)')
      admin.close()
    })
  })

  const noRedis = missingProgram('redis-server', 'redis-cli')
  test.skipIf(noRedis !== '')(
    `in the RDB and AOF of Redis, and in what MONITOR shows${noRedis}`,
    { timeout: 120_000 },
    async () => {
      const dir = folder.file('redis')
      mkdirSync(dir)
      const persistence = ['--appendonly', 'yes', '--rdbcompression', 'no', '--dir', dir]
      const server = await startRedisServer(persistence)
      endings.push(() => server.stop())
      const monitor = folder.file('monitor')
      await record(monitor, 'redis-cli', ['-p', `${server.port}`, 'MONITOR'])
      const store = await openStorage(server.url)
      const admin = new Redis(server.url)
      endings.push(
        () => store.close(),
        () => admin.disconnect(),
      )
      const places = { rdb: join(dir, 'dump.rdb'), aof: join(dir, 'appendonlydir'), monitor }
      await expectNoCanary(store, places, async () => void (await admin.save()))
    },
  )

  const noPostgres = missingProgram('pg_config')
  test.skipIf(noPostgres !== '')(
    `in the heap, the WAL and the log of PostgreSQL${noPostgres}`,
    { timeout: 180_000 },
    async () => {
      const server = await startPostgresServer(['log_statement=all', 'wal_compression=off'])
      endings.push(() => server.remove())
      const store = await openStorage(server.url)
      const admin = new Pool({ connectionString: server.url })
      endings.push(
        () => store.close(),
        () => admin.end(),
      )
      const data = join(server.folder, 'data')
      const places = {
        heap: join(data, 'base'),
        wal: join(data, 'pg_wal'),
        log: join(server.folder, 'server.log'),
      }
      await expectNoCanary(store, places, async () => void (await admin.query('CHECKPOINT')))
    },
  )
})

/** Starts a program whose output goes to a file. */
async function record(path: string, program: string, argv: readonly string[]): Promise<void> {
  const output = openSync(path, 'w')
  const child = spawn(program, argv, { stdio: ['ignore', output, output] })
  closeSync(output)
  endings.push(async () => {
    child.kill()
    await once(child, 'exit')
  })
  while (execFileSync('cat', [path], { encoding: 'utf8' }) === '') await sleep(20)
}
