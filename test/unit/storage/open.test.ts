import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { base64url } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { openStorage, storageFromEnvironment } from '../../../src/storage/open.ts'
import { redis } from '../../../src/storage/redis.ts'
import { bytes } from '../../../src/testing/storage-contract/world.ts'
import { missingService, REDIS_URL } from '../../contract/services.ts'

/** A port where nobody listens. */
const CLOSED = '127.0.0.1:1'
const missing = await missingService('Redis')
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
  const KEY = { STORAGE_ENCRYPTION_KEY: base64url.encode(randomBytes(32)) }

  test.each([{}, { TOKEN_STORAGE_MODE: '' }, { TOKEN_STORAGE_MODE: 'memory', REDIS_URL: 'no' }])(
    '%j is memory, with a key or without one',
    async (environment) => {
      for (const keys of [{}, KEY]) {
        const storage = await storageFromEnvironment({ ...environment, ...keys })
        expect(storage.durability).toBe('process')
        await storage.set('key', bytes('value'))
        expect(await storage.get('key')).toMatchObject({ value: bytes('value') })
        await storage.close()
      }
    },
  )

  test('RS-18 names a folder, in which a file is that says nothing without its key', async () => {
    const FILE_STORAGE_PATH = join(folder, 'files')
    const environment = { TOKEN_STORAGE_MODE: 'file', FILE_STORAGE_PATH, ...KEY }
    const storage = await storageFromEnvironment(environment)
    await storage.set('key', bytes('canary-of-a-token'))
    await storage.close()
    const contents = readdirSync(FILE_STORAGE_PATH).map((name) =>
      readFileSync(join(FILE_STORAGE_PATH, name), 'latin1'),
    )
    expect(contents.join()).toContain('SQLite format 3')
    expect(contents.join()).not.toContain('canary')

    const again = await storageFromEnvironment(environment)
    expect(await again.get('key')).toMatchObject({ value: bytes('canary-of-a-token') })
    await again.close()
    const other = { ...environment, STORAGE_ENCRYPTION_KEY: base64url.encode(randomBytes(32)) }
    const code = 'ERR_CONFIG_STORAGE_KEY'
    await expect(storageFromEnvironment(other)).rejects.toMatchObject({ code })
  })

  test.skipIf(missing !== '')(
    `names a Redis and a prefix, and what is kept is sealed${missing}`,
    async () => {
      const prefix = `open-test-${randomBytes(6).toString('hex')}`
      const environment = { TOKEN_STORAGE_MODE: 'redis', REDIS_KEY_PREFIX: prefix, ...KEY }
      const storage = await storageFromEnvironment({ ...environment, REDIS_URL })
      const plain = redis(REDIS_URL, { prefix })
      try {
        expect(storage.durability).toBe('shared')
        await storage.set('key', bytes('canary-of-a-token'), { ttlSeconds: 60 })
        expect(await storage.get('key')).toMatchObject({ value: bytes('canary-of-a-token') })
        const record = await plain.get('key')
        expect(Buffer.from(record?.value ?? []).toString('latin1')).not.toContain('canary')
        expect(record?.value.length).toBeGreaterThan(0)
      } finally {
        for await (const key of plain.list('')) await plain.delete(key)
        await Promise.all([storage.close(), plain.close()])
      }
    },
  )

  test.each([
    { TOKEN_STORAGE_MODE: 'redis', REDIS_URL: `redis://${CLOSED}` },
    { TOKEN_STORAGE_MODE: 'file' },
  ])('%j without a key is refused, and where it is a file, none is left open', async (given) => {
    const environment = { FILE_STORAGE_PATH: join(folder, 'unsealed'), ...given }
    const error: unknown = await storageFromEnvironment(environment).catch((e: unknown) => e)
    expect(error).toMatchObject({ name: 'ConfigError', code: 'ERR_CONFIG_STORAGE_UNSEALED' })
    expect(String(error)).toContain('STORAGE_ENCRYPTION_KEY_PATH (not set): ')
  })

  test('a Redis that is not there is found out at once', async () => {
    const environment = { TOKEN_STORAGE_MODE: 'redis', REDIS_URL: `redis://${CLOSED}`, ...KEY }
    const code = 'ERR_STORAGE_UNAVAILABLE'
    await expect(storageFromEnvironment(environment)).rejects.toMatchObject({ code })
  })

  test.each([
    [{ TOKEN_STORAGE_MODE: 'disk' }, 'TOKEN_STORAGE_MODE'],
    [{ TOKEN_STORAGE_MODE: 'Redis' }, 'TOKEN_STORAGE_MODE'],
    [{ TOKEN_STORAGE_MODE: 'file' }, 'FILE_STORAGE_PATH'],
    [{ TOKEN_STORAGE_MODE: 'redis', REDIS_URL: 'localhost:6379' }, 'redis'],
  ])('%j is refused', async (environment, subject) => {
    const message = expect.stringContaining(subject) as string
    await expect(storageFromEnvironment({ ...environment, ...KEY })).rejects.toMatchObject({
      ...URL_REFUSAL,
      message,
    })
  })
})
