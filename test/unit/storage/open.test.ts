import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { openStorage, storageFromEnvironment } from '../../../src/storage/open.ts'
import { bytes } from '../../../src/testing/storage-contract/world.ts'

/** A port where nobody listens. */
const CLOSED = '127.0.0.1:1'
const URL_REFUSAL = { name: 'ConfigError', code: 'ERR_CONFIG_STORAGE_URL' }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-open-'))
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(() => {
  vi.doUnmock('ioredis')
  vi.doUnmock('pg')
  vi.resetModules()
})

describe('a text', () => {
  test.each([
    ['memory:', 'process'],
    [`redis://${CLOSED}`, 'shared'],
    [`rediss://${CLOSED}/3`, 'shared'],
    [`postgres://${CLOSED}/database`, 'durable'],
    [`postgresql://user:word@${CLOSED}/database?sslmode=disable`, 'durable'],
  ])('%s opens a storage without connecting to anything', async (url, durability) => {
    const storage = await openStorage(url)
    expect(storage.durability).toBe(durability)
    await storage.close()
  })

  test('sqlite: opens a file, whose path is what follows', async () => {
    const url = `sqlite:${join(folder, 'some folder', 'a?b.db')}`
    const storage = await openStorage(url)
    await storage.set('key', bytes('value'))
    await storage.close()
    const again = await openStorage(url)
    expect(await again.get('key')).toMatchObject({ value: bytes('value') })
    expect(again.durability).toBe('durable')
    await again.close()
  })

  test.each([
    '',
    ':',
    'memory',
    'memory:x',
    'memory://',
    'MEMORY:',
    'sqlite:',
    './gatehouse.db',
    'mysql://user:secret-password@host/database',
    'redis:',
    'redis://',
    'redis://:secret-password@host:port',
    'redis://user:secret-password@',
    'postgres:secret-password',
    'postgres://user:secret-password@host:99999/database',
    ' redis://user:secret-password@host',
    'user:secret-password@host',
  ])('%j is refused, and not repeated', async (url) => {
    const error: unknown = await openStorage(url).catch((reason: unknown) => reason)
    expect(error).toMatchObject(URL_REFUSAL)
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('secret-password')
  })

  test('options go to the storage that has them', async () => {
    const code = 'ERR_CONFIG_OPTION_TYPE'
    await expect(openStorage(`redis://${CLOSED}`, { prefix: '{' })).rejects.toMatchObject({ code })
    await expect(openStorage(`postgres://${CLOSED}`, { schema: '"' })).rejects.toMatchObject({
      code,
    })
    await (await openStorage('memory:', { prefix: '{', schema: '"' })).close()
  })

  test.each([
    ['ioredis', `redis://${CLOSED}`],
    ['pg', `postgres://${CLOSED}`],
  ])('without %s, the first call says what is missing', async (name, url) => {
    vi.doMock(name, () => {
      throw new Error(`Cannot find package '${name}'`)
    })
    const storage = await (await import('../../../src/storage/open.ts')).openStorage(url)
    const message = expect.stringMatching(`^${name}: .*Install it`) as string
    const refusal = { name: 'ConfigError', code: 'ERR_CONFIG_PEER_MISSING', message }
    await expect(storage.check()).rejects.toMatchObject(refusal)
    await expect(storage.get('key')).rejects.toMatchObject(refusal)
    await storage.close()
  })
})

describe('the environment of mcp-authkit', () => {
  test.each([
    [{}, 'process'],
    [{ TOKEN_STORAGE_MODE: '' }, 'process'],
    [{ TOKEN_STORAGE_MODE: 'memory', REDIS_URL: 'not looked at' }, 'process'],
    [{ TOKEN_STORAGE_MODE: 'redis' }, 'shared'],
    [{ TOKEN_STORAGE_MODE: 'redis', REDIS_URL: `rediss://${CLOSED}` }, 'shared'],
    [{ TOKEN_STORAGE_MODE: 'redis', REDIS_KEY_PREFIX: 'other:' }, 'shared'],
  ])('%j', async (environment, durability) => {
    const storage = await storageFromEnvironment(environment)
    expect(storage.durability).toBe(durability)
    await storage.close()
  })

  test('names a folder, in which the file is', async () => {
    const environment = { TOKEN_STORAGE_MODE: 'file', FILE_STORAGE_PATH: join(folder, 'files') }
    const storage = await storageFromEnvironment(environment)
    await storage.set('key', bytes('value'))
    await storage.close()
    const file = await openStorage(`sqlite:${join(folder, 'files', 'gatehouse.db')}`)
    expect(await file.get('key')).toMatchObject({ value: bytes('value') })
    await file.close()
  })

  test.each([
    [{ TOKEN_STORAGE_MODE: 'disk' }, 'TOKEN_STORAGE_MODE'],
    [{ TOKEN_STORAGE_MODE: 'Redis' }, 'TOKEN_STORAGE_MODE'],
    [{ TOKEN_STORAGE_MODE: 'file' }, 'FILE_STORAGE_PATH'],
    [{ TOKEN_STORAGE_MODE: 'redis', REDIS_URL: 'localhost:6379' }, 'redis'],
  ])('%j is refused', async (environment, subject) => {
    const message = expect.stringContaining(subject) as string
    await expect(storageFromEnvironment(environment)).rejects.toMatchObject({
      ...URL_REFUSAL,
      message,
    })
  })
})
