import { Redis } from 'ioredis'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { bytes } from '../../src/testing/storage-contract/world.ts'
import { type OutageProxy, openOutageProxy } from '../contract/outage-proxy.ts'
import { type RedisServer, startRedisServer } from '../contract/redis-server.ts'
import { missingService } from '../contract/services.ts'
import { report } from './scale.ts'

const missing = await missingService('Redis')
const VALUE = bytes('value')
const WAIT = { timeout: 20_000 }

describe.skipIf(missing !== '')(`SEC-272 a failover of Redis${missing}`, () => {
  const endings: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const end of endings.splice(0).toReversed()) await end()
  })

  interface Pair {
    readonly primary: RedisServer
    /** Of the replica. */
    readonly admin: Redis
    readonly storage: Storage
    readonly onFailover: () => void
    /** The way from the replica to its primary. */
    readonly link: OutageProxy
    /** Leads the name that the storage knows to the replica. */
    readonly redirect: () => void
  }

  /** A primary and its replica, and a storage that knows them by one name. */
  async function startPair(): Promise<Pair> {
    const [primary, replica] = await Promise.all([
      startServer('--repl-diskless-sync-delay', '0'),
      startServer(),
    ])
    const target = { host: '127.0.0.1', port: primary.port }
    const link = await openProxy({ ...target })
    const admin = new Redis(replica.url)
    endings.push(async () => admin.disconnect())
    await admin.call('REPLICAOF', '127.0.0.1', `${link.port}`)
    await expect.poll(() => admin.info('replication'), WAIT).toMatch('master_link_status:up')
    const front = await openProxy(target)
    const onFailover = vi.fn<() => void>()
    const storage = await openStorage(`redis://127.0.0.1:${front.port}`, { onFailover })
    endings.push(() => storage.close())
    const redirect = (): void => {
      target.port = replica.port
    }
    return { primary, admin, storage, onFailover, link, redirect }
  }

  async function startServer(...settings: readonly string[]): Promise<RedisServer> {
    const server = await startRedisServer(settings)
    endings.push(() => server.stop())
    return server
  }

  async function openProxy(target: { readonly host: string; readonly port: number }) {
    const proxy = await openOutageProxy(target)
    endings.push(() => proxy.close())
    return proxy
  }

  async function issueCode({ storage, admin }: Pair): Promise<void> {
    await storage.set('code', VALUE)
    await expect.poll(() => admin.exists('{mcp-gatehouse}:r:code'), WAIT).toBe(1)
  }

  test('that has lost the use of a code is reported once, before a call is answered', async () => {
    const pair = await startPair()
    const { primary, admin, storage, onFailover, link, redirect } = pair
    await issueCode(pair)
    link.stall()
    expect(await storage.take('code')).toMatchObject({ value: VALUE })
    expect(onFailover).not.toHaveBeenCalled()
    redirect()
    await primary.stop()
    await admin.call('REPLICAOF', 'NO', 'ONE')
    const again = () => storage.take('code').catch(() => 'failed')
    // It is there once more: what is not promised is what the report is for.
    await expect.poll(again, WAIT).toMatchObject({ value: VALUE })
    expect(onFailover).toHaveBeenCalledOnce()
    expect(await storage.take('code')).toBeUndefined()
    expect(onFailover).toHaveBeenCalledOnce()
    report({
      what: 'primary killed after an acknowledged `take`, replica promoted without it',
      store: 'Redis',
      found: 'reported; the record was there again',
    })
  })

  test('is reported to whoever has read the replica meanwhile, on the same connection', async () => {
    const pair = await startPair()
    const { primary, admin, storage, onFailover, redirect } = pair
    await issueCode(pair)
    redirect()
    await primary.stop()
    const read = () => storage.get('code').catch(() => 'failed')
    await expect.poll(read, WAIT).toMatchObject({ value: VALUE })
    expect(onFailover).not.toHaveBeenCalled()
    await admin.call('REPLICAOF', 'NO', 'ONE')
    expect(await storage.get('code')).toMatchObject({ value: VALUE })
    expect(onFailover).toHaveBeenCalledOnce()
    expect(await storage.take('code')).toMatchObject({ value: VALUE })
    expect(onFailover).toHaveBeenCalledOnce()
  })
})
