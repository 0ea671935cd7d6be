import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { StorageError } from 'mcp-gatehouse'
import { expect, test, vi } from 'vitest'
import type { Storage } from '../../src/storage/index.ts'
import { createSqliteConnection } from '../../src/storage/sqlite/connection.ts'
import { createSqliteStorage } from '../../src/storage/sqlite/create-storage.ts'
import { openDatabase } from '../../src/storage/sqlite/open-database.ts'
import { sqlite } from '../../src/storage/sqlite.ts'
import { createTestFolder } from './test-folder.ts'

const folder = createTestFolder()
const small = Buffer.from('new')
const large = Buffer.alloc(1_048_576, 7)

const CANNOT_WRITE = { name: 'StorageError', code: 'ERR_STORAGE_WRITE', retryable: false }
const BUSY = { name: 'StorageError', code: 'ERR_STORAGE_UNAVAILABLE', retryable: true }
const UNREADABLE = { name: 'StorageError', code: 'ERR_STORAGE_UNAVAILABLE', retryable: false }

/** A storage, and the connection that it has, to make it fail. */
function openWithDatabase(name: string): { storage: Storage; database: DatabaseSync } {
  const path = folder.file(name)
  const database = openDatabase(path, { isNew: true })
  const connection = createSqliteConnection({
    path,
    open: (isNew) => (isNew ? database : openDatabase(path, { isNew })),
    timeoutMilliseconds: 1_000,
  })
  return { storage: createSqliteStorage(connection, Date.now), database }
}

async function read(storage: Storage, key: string): Promise<string> {
  return Buffer.from((await storage.get(key))?.value ?? []).toString()
}

const REFUSALS: readonly (readonly [string, (version: string) => (storage: Storage) => unknown])[] =
  [
    ['set', () => (storage) => storage.set('key', large)],
    ['a swap', (version) => (storage) => storage.compareAndSwap('key', version, large)],
    [
      'a batch',
      () => (storage) =>
        storage.commit([
          { kind: 'delete', key: 'key' },
          { kind: 'set', key: 'small', value: small },
          { kind: 'set', key: 'large', value: large },
        ]),
    ],
  ]

test.each(REFUSALS)(
  'SEC-269 a full disk: %s fails, the old value stays, and all goes on',
  async (...[, write]) => {
    const { storage, database } = openWithDatabase(`full ${Math.random()}.db`)
    await storage.set('key', Buffer.from('old'), { tags: ['tag'] })
    const before = await storage.get('key')
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() ?? {}
    database.exec(`PRAGMA max_page_count = ${Number(pages) + 4}`)
    const refused = write(before?.version ?? '')
    await expect(refused(storage)).rejects.toMatchObject(CANNOT_WRITE)
    expect(await storage.get('key')).toEqual(before)
    expect(await storage.get('small')).toBeUndefined()
    expect(await storage.deleteByTag('no tag')).toBe(0)
    database.exec('PRAGMA max_page_count = 100000')
    expect(await refused(storage)).toBe(true)
    await storage.close()
  },
)

test('SEC-269 of the writes of one turn, only that fails for which there is no room', async () => {
  const { storage, database } = openWithDatabase('isolated.db')
  const { page_count: pages } = database.prepare('PRAGMA page_count').get() ?? {}
  database.exec(`PRAGMA max_page_count = ${Number(pages) + 4}`)
  const outcomes = await Promise.allSettled([
    storage.set('first', small),
    storage.set('large', large),
    storage.set('last', small),
  ])
  expect(outcomes).toMatchObject([{ value: true }, { reason: CANNOT_WRITE }, { value: true }])
  expect(await read(storage, 'first')).toBe('new')
  expect(await storage.get('large')).toBeUndefined()
  expect(await read(storage, 'last')).toBe('new')
  await storage.close()
})

test('SEC-269 a file that can only be read: writes fail, reads do not, and all goes on', async () => {
  const { storage, database } = openWithDatabase('read-only.db')
  await storage.set('key', Buffer.from('old'))
  database.exec('PRAGMA query_only = ON')
  await expect(storage.set('key', small)).rejects.toMatchObject(CANNOT_WRITE)
  await expect(storage.take('key')).rejects.toMatchObject(CANNOT_WRITE)
  await expect(storage.delete('key')).rejects.toMatchObject(CANNOT_WRITE)
  await expect(storage.lock('lock', 60)).rejects.toMatchObject(CANNOT_WRITE)
  expect(await read(storage, 'key')).toBe('old')
  await expect(storage.check()).resolves.toBeUndefined()
  database.exec('PRAGMA query_only = OFF')
  expect(await storage.set('key', small)).toBe(true)
  await storage.close()
})

test('SEC-270 a lock that is held too long ends the wait, which blocks nothing else', async () => {
  const file = folder.file('busy.db')
  const storage = sqlite(file, { timeoutSeconds: 1 })
  await storage.set('key', Buffer.from('old'))
  const other = new DatabaseSync(file)
  other.exec('BEGIN IMMEDIATE')
  const ticks = vi.fn<() => void>()
  const ticking = setInterval(ticks, 5)
  const startedAt = performance.now()
  const outcomes = await Promise.allSettled([storage.set('key', small), storage.take('key')])
  const waited = performance.now() - startedAt
  clearInterval(ticking)
  expect(outcomes).toMatchObject([{ reason: BUSY }, { reason: BUSY }])
  expect(waited).toBeGreaterThan(900)
  expect(waited).toBeLessThan(2_000)
  expect(ticks.mock.calls.length).toBeGreaterThan(30)
  expect(await read(storage, 'key')).toBe('old')
  const waiting = storage.set('key', small)
  setTimeout(() => other.exec('ROLLBACK'), 200)
  expect(await waiting).toBe(true)
  other.close()
  await storage.close()
})

test('reads wait too, where another process recovers the file', async () => {
  const path = folder.file('recovered.db')
  const open = (isNew: boolean) => openDatabase(path, { isNew })
  const connection = createSqliteConnection({ path, open, timeoutMilliseconds: 300 })
  const busy = Object.assign(new Error('database is locked'), { errcode: 261 })
  let attempts = 0
  const throwBusy = (): never => {
    attempts += 1
    throw busy
  }
  expect(await connection.read(() => (attempts < 3 ? throwBusy() : 'read'))).toBe('read')
  await expect(connection.read(throwBusy)).rejects.toMatchObject({ ...BUSY, cause: busy })
  expect(attempts).toBeGreaterThan(10)
  const mistake = new TypeError('a mistake of ours')
  const makeMistake = (): never => {
    throw mistake
  }
  await expect(connection.read(makeMistake)).rejects.toBe(mistake)
  await expect(connection.write(makeMistake)).rejects.toBe(mistake)
  await connection.close()
})

test('a file that is no database is not opened, and stays as it is', () => {
  const file = folder.file('text.db')
  const text = 'This is a text and no database. '.repeat(500)
  writeFileSync(file, text)
  expect(() => sqlite(file)).toThrow(expect.objectContaining(UNREADABLE) as Error)
  expect(readFileSync(file, 'utf8')).toBe(text)
})

test('a damaged file is an error, not an absent record, and works again when it is restored', async () => {
  const file = folder.file('damaged.db')
  const first = sqlite(file)
  await Promise.all(
    Array.from({ length: 200 }, (_, index) => first.set(`key ${index}`, Buffer.alloc(2_000))),
  )
  await first.close()
  const whole = readFileSync(file)
  const damaged = Buffer.from(whole)
  damaged.fill(0xa5, 8_192)
  writeFileSync(file, damaged)
  const storage = sqlite(file)
  await expect(storage.get('key 7')).rejects.toMatchObject(UNREADABLE)
  await expect(storage.take('key 7')).rejects.toMatchObject(UNREADABLE)
  expect(readFileSync(file).equals(damaged)).toBe(true)
  // Whoever cleans up is not given an empty storage instead.
  rmSync(file)
  await expect(storage.get('key 7')).rejects.toMatchObject(UNREADABLE)
  expect(existsSync(file)).toBe(false)
  writeFileSync(file, whole)
  expect((await storage.take('key 7'))?.value).toHaveLength(2_000)
  await storage.close()
})

test('a folder that cannot be made, or a file in place of a folder, is told at the start', () => {
  writeFileSync(folder.file('file'), '')
  expect(() => sqlite(folder.file('file/gatehouse.db'))).toThrow(StorageError)
  expect(() => sqlite('/proc/none/gatehouse.db')).toThrow(StorageError)
  expect(() => sqlite(folder.path)).toThrow(expect.objectContaining(UNREADABLE) as Error)
})
