import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, Redis } from 'ioredis'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { redis } from '../../src/storage/redis.ts'
import type { Write } from '../../src/storage/storage.ts'
import { bytes, collect } from '../../src/testing/storage-contract/world.ts'
import { storageContract } from '../../src/testing/storage-contract.ts'
import { type RedisServer, startRedisServer } from './redis-server.ts'
import { missingService } from './services.ts'

/** Servers that are set in a way that the one of all tests is not, each of a test's own. */

const missing = await missingService('Redis')
const VALUE = bytes('value')
const POLICY = { name: 'ConfigError', code: 'ERR_CONFIG_STORAGE_POLICY' }
const WRITE = { name: 'StorageError', code: 'ERR_STORAGE_WRITE', retryable: false }

describe.skipIf(missing !== '')(`settings of Redis${missing}`, () => {
  const endings: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const end of endings.splice(0).toReversed()) await end()
  })
  async function start(...settings: readonly string[]): Promise<RedisServer> {
    const server = await startRedisServer(settings)
    endings.push(() => server.stop())
    return server
  }
  function open(...[source, options]: Parameters<typeof redis>) {
    const storage = redis(source, { timeoutSeconds: 2, ...options })
    endings.push(() => storage.close())
    return storage
  }
  function administer({ url }: RedisServer): Redis {
    const admin = new Redis(url)
    endings.push(async () => admin.disconnect())
    return admin
  }

  test.each(['allkeys-lru', 'volatile-ttl'])(
    'SEC-271 a server that may evict records (%s) is refused until that is changed',
    async (policy) => {
      const server = await start('--maxmemory-policy', policy)
      const storage = open(server.url)
      await expect(storage.check()).rejects.toMatchObject(POLICY)
      await expect(storage.set('key', VALUE)).rejects.toMatchObject(POLICY)
      const admin = administer(server)
      expect(await admin.dbsize()).toBe(0)
      await admin.config('SET', 'maxmemory-policy', 'noeviction')
      expect(await storage.set('key', VALUE)).toBe(true)
    },
  )

  test('SEC-271 a server that is changed while it is used is refused at the next connection', async () => {
    const server = await start()
    const storage = open(server.url)
    await storage.check()
    const admin = administer(server)
    await admin.config('SET', 'maxmemory-policy', 'allkeys-random')
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await expect.poll(() => storage.check().catch((error: unknown) => error)).toMatchObject(POLICY)
  })

  test.each([
    ['-info', 'noeviction', 'works'],
    ['-info', 'allkeys-lru', expect.objectContaining(POLICY)],
    ['-config', 'noeviction', 'works'],
    ['-config', 'allkeys-lru', expect.objectContaining(POLICY)],
  ])('SEC-271 where %s is all that is forbidden, %s is seen', async (rule, policy, outcomeOf) => {
    vi.spyOn(console, 'warn').mockReturnValue()
    const server = await start('--maxmemory-policy', policy)
    await administer(server).call('ACL', 'SETUSER', 'few', 'on', '>word', '~*', '+@all', rule)
    const storage = open(server.url.replace('//', '//few:word@'))
    const outcome = await storage
      .check()
      .then(() => 'works')
      .catch((error: unknown) => error)
    expect(outcome).toEqual(outcomeOf)
  })

  test('SEC-271 a server that tells nobody its policy is refused', async () => {
    vi.spyOn(console, 'warn').mockReturnValue()
    const server = await start()
    const rules = ['on', '>word', '~*', '+@all', '-info', '-config']
    await administer(server).call('ACL', 'SETUSER', 'few', ...rules)
    const storage = open(server.url.replace('//', '//few:word@'))
    await expect(storage.check()).rejects.toMatchObject(POLICY)
  })

  test('a server whose memory is full refuses writes whole, and nothing else', async () => {
    const server = await start()
    const storage = open(server.url)
    await storage.set('kept', VALUE, { tags: ['tag'] })
    const admin = administer(server)
    await admin.config('SET', 'maxmemory', '1')
    const before = await storage.get('kept')
    const set = (key: string): Write => ({ kind: 'set', key, value: VALUE })
    await expect(storage.set('new', VALUE)).rejects.toMatchObject(WRITE)
    await expect(storage.set('kept', bytes('other'))).rejects.toMatchObject(WRITE)
    await expect(storage.commit([set('new'), set('kept')])).rejects.toMatchObject(WRITE)
    await expect(storage.lock('lock', 60)).rejects.toMatchObject(WRITE)
    expect(await storage.get('kept')).toEqual(before)
    expect(await collect(storage.list(''))).toEqual(['kept'])
    expect(await storage.deleteByTag('tag')).toBe(1)
    await admin.config('SET', 'maxmemory', '0')
    expect(await storage.set('new', VALUE)).toBe(true)
  })

  test('a replica can be read, and writes again when it is made the primary', async () => {
    const server = await start()
    const storage = open(server.url)
    await storage.set('kept', VALUE)
    const admin = administer(server)
    await admin.call('REPLICAOF', '127.0.0.1', '1')
    await expect(storage.set('new', VALUE)).rejects.toMatchObject(WRITE)
    await expect
      .poll(() => storage.get('kept').catch(() => 'failed'))
      .toMatchObject({ value: VALUE })
    await admin.call('REPLICAOF', 'NO', 'ONE')
    await expect.poll(() => storage.set('new', VALUE).catch(() => false)).toBe(true)
  })

  test('a wrong password does not come right by itself, and is not in the error', async () => {
    const server = await start('--requirepass', 'right-password')
    const storage = open(server.url.replace('//', '//:wrong-password@'))
    const error: unknown = await storage.check().catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'ERR_STORAGE_UNAVAILABLE',
      retryable: false,
      message: expect.stringContaining(server.url) as string,
      cause: { message: 'Redis answered WRONGPASS' },
    })
  })

  test('SEC-272 a server that has lost its data is reported, and a new connection to the same is not', async () => {
    const server = await start()
    const onFailover = vi.fn<() => void>()
    const storage = open(server.url, { onFailover })
    await storage.set('kept', VALUE)
    await administer(server).call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await sleep(50)
    await expect.poll(() => storage.check().catch(() => 'failed')).toBeUndefined()
    expect(onFailover).not.toHaveBeenCalled()
    await server.stop()
    const restarted = await startRedisServer([], server.port)
    endings.push(() => restarted.stop())
    const check = () => storage.check().catch(() => 'failed')
    await expect.poll(check).toBeUndefined()
    expect(onFailover).toHaveBeenCalledOnce()
    expect(await storage.get('kept')).toBeUndefined()
  })

  describe('a cluster, where keys of two slots cannot be used at once', () => {
    const timeless = storageContract(openClustered, { isShared: true }).filter(({ name }) =>
      /batch|list|tag|take|lock has one holder|text/.test(name),
    )
    let server: Promise<RedisServer> | undefined
    async function openClustered() {
      server ??= startCluster()
      const { port } = await server
      const cluster = new Cluster([{ host: '127.0.0.1', port }])
      const storage = redis(cluster, { prefix: 'clustered' })
      return {
        ...storage,
        async close() {
          await storage.close()
          cluster.disconnect()
        },
      }
    }
    test.each(timeless)('$name', async (contractCase) => {
      await expect(contractCase.run()).resolves.toBeUndefined()
    })
    afterAll(async () => (await server)?.stop())
    test('is tried with a part of the contract', () => {
      expect(timeless.length).toBeGreaterThan(15)
    })
  })
})

async function startCluster(): Promise<RedisServer> {
  const server = await startRedisServer([
    '--cluster-enabled',
    'yes',
    '--cluster-announce-ip',
    '127.0.0.1',
  ])
  const admin = new Redis(server.url)
  await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  await expect.poll(() => admin.call('CLUSTER', 'INFO')).toMatch('cluster_state:ok')
  await admin.quit()
  return server
}
