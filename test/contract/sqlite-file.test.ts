import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { ConfigError } from 'mcp-gatehouse'
import { afterEach, expect, test, vi } from 'vitest'
import { createSqliteConnection } from '../../src/storage/sqlite/connection.ts'
import { createSqliteStorage } from '../../src/storage/sqlite/create-storage.ts'
import { openDatabase } from '../../src/storage/sqlite/open-database.ts'
import { migrate } from '../../src/storage/sqlite/schema.ts'
import { sqlite } from '../../src/storage/sqlite.ts'
import { createTestFolder } from './test-folder.ts'

const folder = createTestFolder()
const value = Buffer.from('value')
const START_MILLISECONDS = 1_900_000_000_000

afterEach(() => {
  vi.useRealTimers()
})

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

function expectConfigError(create: () => unknown, code: string): void {
  expect(create).toThrow(expect.objectContaining({ code }) as Error)
  expect(create).toThrow(ConfigError)
}

test('only the owner can read the file, what is beside it, and the folders that were made', async () => {
  const file = folder.file('some/where/gatehouse.db')
  const storage = sqlite(file)
  await storage.set('key', value)
  const files = [file, `${file}-wal`, `${file}-shm`]
  const folders = [folder.file('some'), folder.file('some/where')]
  expect(files.map(modeOf)).toEqual(['600', '600', '600'])
  expect(folders.map(modeOf)).toEqual(['700', '700'])
  await storage.close()
})

test('what is there keeps its mode', async () => {
  mkdirSync(folder.file('open'), { mode: 0o755 })
  const file = folder.file('open/gatehouse.db')
  writeFileSync(file, '', { mode: 0o640 })
  const storage = sqlite(file)
  await storage.set('key', value)
  expect([folder.file('open'), file].map(modeOf)).toEqual(['755', '640'])
  await storage.close()
})

test('SEC-268 commits are synchronous, and the journal is a WAL', async () => {
  const database = openDatabase(folder.file('pragma.db'), { isNew: true })
  const read = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]
  expect(['journal_mode', 'synchronous', 'fullfsync', 'foreign_keys'].map(read)).toEqual([
    'wal',
    2,
    1,
    0,
  ])
  // SQLite blocks the process while it waits.
  expect(read('busy_timeout')).toBeLessThanOrEqual(10)
  database.close()
})

test('records and locks are there when the file is opened again', async () => {
  const file = folder.file('again.db')
  const first = sqlite(file)
  await first.set('key', value, { tags: ['tag'] })
  const record = await first.get('key')
  const lock = await first.lock('lock', 60)
  await first.close()
  const second = sqlite(file)
  expect(await second.get('key')).toEqual(record)
  expect(await second.lock('lock', 60)).toBeUndefined()
  expect(lock?.fence).toBe(1)
  expect(await second.deleteByTag('tag')).toBe(1)
  await second.close()
})

test.each(['', ':memory:', 'file:gatehouse.db', 'a\0b', 42 as unknown as string])(
  'a path that is none is refused: %j',
  (path) => {
    expectConfigError(() => sqlite(path), 'ERR_CONFIG_STORAGE_URL')
  },
)

test.each([0, 61, 1.5])('a time limit of %d seconds is refused', (timeoutSeconds) => {
  const create = () => sqlite(folder.file('limit.db'), { timeoutSeconds })
  expectConfigError(create, 'ERR_CONFIG_NUMBER_RANGE')
})

test('a runtime without node:sqlite is told so', () => {
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined)
  try {
    expectConfigError(() => sqlite(folder.file('none.db')), 'ERR_CONFIG_PEER_MISSING')
  } finally {
    vi.restoreAllMocks()
  }
})

test('SEC-281 an older binary refuses a newer schema, and changes nothing', async () => {
  const file = folder.file('newer.db')
  await sqlite(file).close()
  const newer = new DatabaseSync(file)
  newer.exec('UPDATE schema_version SET version = 99, compatible_from = 99')
  newer.close()
  const before = readFileSync(file)
  expectConfigError(() => sqlite(file), 'ERR_CONFIG_STORAGE_SCHEMA')
  expect(readFileSync(file)).toEqual(before)
})

test('SEC-281 a migration that fails in the middle has changed nothing, and is done next time', () => {
  const database = new DatabaseSync(folder.file('migration.db'))
  const tables = () =>
    database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all().length
  const step = (statements: string) => ({ statements, isAdditive: false })
  const first = step('CREATE TABLE one (a)')
  const migrations = [first, step('CREATE TABLE two (a); INSERT INTO one VALUES (1)')]
  const broken = [...migrations, step('CREATE nonsense')]
  expect(() => migrate(database, 'file', broken)).toThrow('nonsense')
  expect(tables()).toBe(0)
  migrate(database, 'file', [first])
  migrate(database, 'file', migrations)
  migrate(database, 'file', migrations)
  expect(tables()).toBe(3)
  expect(database.prepare('SELECT a FROM one').all()).toHaveLength(1)
  expect(() => migrate(database, 'file', [first])).toThrow(ConfigError)
  database.close()
})

test('SEC-281 a process killed in the middle of a migration leaves a file that opens', async () => {
  const file = folder.file('killed.db')
  const script = `
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
    const database = new DatabaseSync(process.argv[1])
    database.exec('PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; CREATE TABLE records (key)')
    database.exec('CREATE TABLE schema_version (version)')
    process.kill(process.pid, 'SIGKILL')`
  expect(spawnSync(process.execPath, ['-e', script, file]).signal).toBe('SIGKILL')
  const storage = sqlite(file)
  expect(await storage.set('key', value, { tags: ['tag'] })).toBe(true)
  await storage.close()
})

test('the start waits for a process that is writing to a file without a WAL', async () => {
  const file = folder.file('starting.db')
  const script = `
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
    const database = new DatabaseSync(process.argv[1])
    database.exec('CREATE TABLE other (a); BEGIN IMMEDIATE; INSERT INTO other VALUES (1)')
    console.log('writing')
    setTimeout(() => database.exec('COMMIT'), 200)`
  const child = spawn(process.execPath, ['-e', script, file])
  await once(child.stdout, 'data')
  const storage = sqlite(file)
  expect(await storage.set('key', value)).toBe(true)
  await storage.close()
})

test('what has expired is deleted from the file little by little, and nothing else', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const file = folder.file('sweep.db')
  let now = START_MILLISECONDS
  const storage = sqlite(file, { now: () => now })
  const short = { ttlSeconds: 60, tags: ['tag'] }
  await Promise.all(
    Array.from({ length: 450 }, (_, index) => storage.set(`short ${index}`, value, short)),
  )
  await Promise.all([storage.set('long', value, { ttlSeconds: 61 }), storage.set('stays', value)])
  await Promise.all([storage.lock('short', 60), storage.lock('long', 61)])
  const other = new DatabaseSync(file)
  const count = () =>
    ['records', 'tags', 'locks'].map(
      (table) => other.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'],
    )
  vi.advanceTimersByTime(30_000)
  expect(await storage.get('short 1')).toBeDefined()
  expect(count()).toEqual([452, 450, 2])
  now += 60_000
  vi.advanceTimersByTime(30_000)
  await vi.waitFor(() => expect(count()).toEqual([2, 0, 1]), 10_000)
  await storage.close()
  expect(vi.getTimerCount()).toBe(0)
  other.close()
})

test('writes that wait are done before the end, and none afterwards', async () => {
  const file = folder.file('closed.db')
  const storage = sqlite(file)
  const written = storage.set('key', value)
  await storage.close()
  expect(await written).toBe(true)
  const closed = { code: 'ERR_STORAGE_UNAVAILABLE', retryable: false }
  await expect(storage.get('key')).rejects.toMatchObject(closed)
  await expect(storage.set('key', value)).rejects.toMatchObject(closed)
  await storage.close()
  const again = sqlite(file)
  expect(await again.get('key')).toBeDefined()
  await again.close()
})

test('writes of one turn share a transaction, and each has its own outcome', async () => {
  const file = folder.file('together.db')
  const commits = vi.fn<() => void>()
  const open = (isNew: boolean): DatabaseSync => {
    const database = openDatabase(file, { isNew })
    const prepare = database.prepare.bind(database)
    vi.spyOn(database, 'prepare').mockImplementation((sql) => {
      const statement = prepare(sql)
      if (sql === 'COMMIT') {
        const run = statement.run.bind(statement)
        statement.run = () => {
          commits()
          return run()
        }
      }
      return statement
    })
    return database
  }
  const connection = createSqliteConnection({ path: file, open, timeoutMilliseconds: 1_000 })
  const storage = createSqliteStorage(connection, Date.now)
  const written = await Promise.all(
    Array.from({ length: 64 }, (_, index) =>
      storage.set(`key ${index % 32}`, value, { ifAbsent: true }),
    ),
  )
  expect(written.filter(Boolean)).toHaveLength(32)
  expect(commits).toHaveBeenCalledOnce()
  await storage.close()
})
