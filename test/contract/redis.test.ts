import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redis } from '../../src/storage/redis.ts'
import { bytes, collect } from '../../src/testing/storage-contract/world.ts'
import { storageContract } from '../../src/testing/storage-contract.ts'
import { expectAnyTextToBeAKey } from './hostile-keys.ts'
import { outageCases, TIMEOUT_SECONDS } from './outage-cases.ts'
import { missingService, REDIS, REDIS_URL } from './services.ts'
import { expectOneWinnerEach } from './take-race.ts'

const missing = await missingService('Redis')
const PREFIX = `test-${randomUUID()}`
const VALUE = bytes('value')

describe.skipIf(missing !== '')(`Redis${missing}`, () => {
  let admin: Redis
  beforeAll(() => {
    admin = new Redis(REDIS_URL)
  })
  afterAll(async () => {
    const left = await admin.keys(`*${PREFIX}*`)
    if (left.length > 0) await admin.del(left)
    await admin.quit()
  })
  /** All but the version of the schema, which stays. */
  const keysOf = async (prefix: string): Promise<readonly string[]> =>
    (await admin.keys(`{${prefix}}:*`)).filter((key) => key !== `{${prefix}}:s`).toSorted()

  describe('the contract', () => {
    const open = async () => redis(REDIS_URL, { prefix: PREFIX })
    test.each(storageContract(open, { isShared: true }))('$name', async (contractCase) => {
      await expect(contractCase.run()).resolves.toBeUndefined()
    })
  })

  describe('an outage', () => {
    const open = (port: number) => {
      const url = `redis://default:secret-password@${REDIS.host}:${port}`
      return redis(url, { prefix: `${PREFIX}-outage`, timeoutSeconds: TIMEOUT_SECONDS })
    }
    test.each(outageCases(REDIS, open))('$name', { timeout: 30_000 }, async ({ run }) => {
      await expect(run()).resolves.toBeUndefined()
    })
  })

  test('SEC-280 of two processes that take 2,000 records, one gets each', {
    timeout: 120_000,
  }, async () => {
    await expectOneWinnerEach(REDIS_URL, { prefix: `${PREFIX}-race` })
  })

  test('SEC-275 100,000 texts are keys, tags and values', { timeout: 240_000 }, async () => {
    const storage = redis(REDIS_URL, { prefix: `${PREFIX}-hostile` })
    await expectAnyTextToBeAKey(storage, 100_000)
    await storage.close()
    expect(await keysOf(`${PREFIX}-hostile`)).toEqual([])
  })

  test('two prefixes are two stores, also where one looks like a pattern of the other', async () => {
    const prefixes = [`${PREFIX}-a`, `${PREFIX}-*`, `${PREFIX}-?`, `${PREFIX}-[a]`]
    const storages = prefixes.map((prefix) => redis(REDIS_URL, { prefix }))
    for (const [index, storage] of storages.entries()) {
      await storage.set(`key ${index}`, VALUE, { tags: ['tag'] })
    }
    for (const [index, storage] of storages.entries()) {
      expect(await collect(storage.list(''))).toEqual([`key ${index}`])
      expect(await collect(storage.listByTag('tag'))).toEqual([`key ${index}`])
      expect(await storage.deleteByTag('tag')).toBe(1)
      await storage.close()
    }
  })

  test('what has expired is not left in its tags', async () => {
    const prefix = `${PREFIX}-tags`
    const storage = redis(REDIS_URL, { prefix })
    for (const index of Array(150).keys()) {
      await storage.set(`short ${index}`, VALUE, { ttlSeconds: 1, tags: ['tag', 'alone'] })
    }
    await storage.set('stays', VALUE, { tags: ['tag'] })
    expect(await admin.zcard(`{${prefix}}:t:tag`)).toBe(151)
    await sleep(1_100)
    expect(await keysOf(prefix)).toEqual([`{${prefix}}:r:stays`, `{${prefix}}:t:tag`])
    await storage.set('stays', VALUE, { tags: ['tag'] })
    await storage.set('stays', VALUE, { tags: ['tag'] })
    expect(await admin.zrange(`{${prefix}}:t:tag`, '0', '-1')).toEqual(['stays'])
    await storage.set('stays', VALUE, { tags: ['tag'], ttlSeconds: 1 })
    await sleep(1_100)
    expect(await keysOf(prefix)).toEqual([])
    await storage.close()
  })

  test('a key that something else has deleted is not listed by its tag', async () => {
    const prefix = `${PREFIX}-foreign`
    const storage = redis(REDIS_URL, { prefix })
    await storage.set('gone', VALUE, { tags: ['tag'] })
    await admin.del(`{${prefix}}:r:gone`)
    expect(await collect(storage.listByTag('tag'))).toEqual([])
    await storage.set('gone', VALUE)
    expect(await storage.deleteByTag('tag')).toBe(0)
    expect(await storage.get('gone')).toBeDefined()
    await storage.close()
  })

  test('a fence grows also after the server has lost the last one', async () => {
    const prefix = `${PREFIX}-fence`
    const storage = redis(REDIS_URL, { prefix })
    const before = await storage.lock('lock', 60)
    await admin.del(...(await keysOf(prefix)))
    await sleep(2)
    const after = await storage.lock('lock', 60)
    expect(after?.fence).toBeGreaterThan(before?.fence ?? Number.MAX_SAFE_INTEGER)
    await storage.close()
  })

  test('a client that is passed keeps its prefix, and is not closed', async () => {
    const client = new Redis(REDIS_URL, { keyPrefix: `${PREFIX}-own:`, stringNumbers: true })
    const storage = redis(client)
    await storage.set('key', VALUE, { tags: ['tag'] })
    expect(await storage.get('key')).toMatchObject({ value: VALUE })
    expect(await collect(storage.list(''))).toEqual(['key'])
    expect(await collect(storage.listByTag('tag'))).toEqual(['key'])
    expect(await storage.delete('key')).toBe(true)
    await storage.close()
    expect(await client.ping()).toBe('PONG')
    await client.quit()
  })

  test('a client of options keeps its own ones', async () => {
    const storage = redis({ ...REDIS, keyPrefix: `${PREFIX}-options:`, lazyConnect: false })
    await storage.set('key', VALUE)
    expect(await keysOf(`${PREFIX}-options`)).toEqual([])
    expect(await admin.exists(`${PREFIX}-options:{mcp-gatehouse}:r:key`)).toBe(1)
    await storage.close()
  })
})

describe('options', () => {
  const wrong: readonly (readonly [string, () => unknown, string])[] = [
    ['an empty prefix', () => redis(REDIS_URL, { prefix: '' }), 'ERR_CONFIG_OPTION_TYPE'],
    ['one half of a brace', () => redis(REDIS_URL, { prefix: 'a{b' }), 'ERR_CONFIG_OPTION_TYPE'],
    ['an empty hash tag', () => redis(REDIS_URL, { prefix: 'a{}' }), 'ERR_CONFIG_OPTION_TYPE'],
    ['no time', () => redis(REDIS_URL, { timeoutSeconds: 0 }), 'ERR_CONFIG_NUMBER_RANGE'],
    ['another scheme', () => redis('http://127.0.0.1'), 'ERR_CONFIG_STORAGE_URL'],
    ['no URL', () => redis('127.0.0.1:6379'), 'ERR_CONFIG_STORAGE_URL'],
  ]
  test.each(wrong)('%s is refused at once', (_, create, code) => {
    expect(create).toThrow(expect.objectContaining({ name: 'ConfigError', code }) as Error)
  })
})
