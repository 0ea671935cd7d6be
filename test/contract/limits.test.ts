import { Redis } from 'ioredis'
import { type AuditEvent, createResourceServer } from 'mcp-gatehouse'
import {
  createLimits,
  type LimitStore,
  type LimitsOptions,
  postgresLimits,
  redisLimits,
} from 'mcp-gatehouse/limits'
import { createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import { Pool } from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/runtime/index.ts'
import { createTestClock } from '../security/support/test-clock.ts'
import { missingService, POSTGRES_URL, REDIS_URL } from './services.ts'

// Limits of several processes: two resource servers, each with a connection of its own.

const RESOURCE = 'https://mcp.example.com/mcp'
const noRedis = await missingService('Redis')
const noPostgres = await missingService('PostgreSQL')
const unique = `t${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`
let names = 0

type OpenStore = () => LimitStore

function openRedis(prefix: string): Redis {
  const client = new Redis(REDIS_URL, { enableOfflineQueue: false, maxRetriesPerRequest: 0 })
  client.on('error', () => undefined)
  onTestFinished(async () => {
    const keys = await client.keys(`${prefix}*`).catch(() => [])
    if (keys.length > 0) await client.del(...keys)
    client.disconnect()
  })
  return client
}

async function readyRedis(prefix: string): Promise<Redis> {
  const client = openRedis(prefix)
  await new Promise<void>((resolve) => client.once('ready', () => resolve()))
  return client
}

async function openPool(table: string): Promise<Pool> {
  const pool = new Pool({ connectionString: POSTGRES_URL })
  onTestFinished(async () => {
    await pool.query(`DROP TABLE IF EXISTS ${table}`)
    await pool.end()
  })
  return pool
}

const STORES: readonly (readonly [name: string, missing: string, two: () => Promise<OpenStore>])[] =
  [
    [
      'Redis',
      noRedis,
      async () => {
        names += 1
        const prefix = `${unique}${names}`
        const clients = [await readyRedis(prefix), await readyRedis(prefix)]
        return () => redisLimits(clients.shift() as Redis, { prefix })
      },
    ],
    [
      'PostgreSQL',
      noPostgres,
      async () => {
        names += 1
        const table = `limits_${unique}${names}`
        const pools = [await openPool(table), await openPool(table)]
        return () => postgresLimits(pools.shift() as Pool, { table })
      },
    ],
  ]

interface Replica {
  readonly events: readonly AuditEvent[]
  status(token: string): Promise<number>
}

function startReplica(issuer: TokenIssuer, limits: LimitsOptions): Replica {
  const events: AuditEvent[] = []
  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: [issuer.issuer],
    allowInsecureLoopback: true,
    limits: createLimits(limits),
    onEvent: (event) => void events.push(event),
  })
  const handle = gatehouse.protect(() => new Response('{}'))
  return {
    events,
    async status(token) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
      return (await handle(new Request(RESOURCE, { method: 'POST', headers, body }))).status
    },
  }
}

async function startIssuer(): Promise<TokenIssuer> {
  const issuer = await createTokenIssuer()
  onTestFinished(() => issuer.close())
  return issuer
}

describe.each(STORES)('limits in %s%s', (_name, missing, openTwo) => {
  test.skipIf(missing !== '')(
    'two replicas share one budget, also at the same moment',
    async () => {
      const open = await openTwo()
      const issuer = await startIssuer()
      const rules = { perPrincipal: '20/hour' } as const
      const replicas = [
        startReplica(issuer, { ...rules, store: open() }),
        startReplica(issuer, { ...rules, store: open() }),
      ]
      const token = await issuer.mint({ aud: RESOURCE, sub: 'alice' })
      const statuses = await Promise.all(
        Array.from({ length: 50 }, async (_, i) => replicas[i % 2]?.status(token)),
      )
      expect(statuses.filter((status) => status === 200)).toHaveLength(20)
      expect(statuses.filter((status) => status === 429)).toHaveLength(30)
      const bob = await issuer.mint({ aud: RESOURCE, sub: 'bob' })
      expect(await replicas[0]?.status(bob)).toBe(200)
      const failures = replicas.flatMap(({ events }) => events).map(({ type }) => type)
      expect(failures).not.toContain('limits.store_failed')
    },
  )

  test.skipIf(missing !== '')('a window ends, and the next one begins at nothing', async () => {
    const open = await openTwo()
    const counter = open().open({ scope: 's', name: 'n', limit: 2, windowSeconds: 1 })
    const first = await counter.count('k', 3)
    expect(first).toEqual({ used: 3, resetSeconds: 1 })
    await expect.poll(async () => (await counter.count('k', 1)).used).toBe(1)
  })
})

test.skipIf(noRedis !== '')('keys in Redis name nobody, and end with their window', async () => {
  const prefix = `${unique}-keys`
  const client = await readyRedis(prefix)
  const issuer = await startIssuer()
  const replica = startReplica(issuer, {
    store: redisLimits(client, { prefix }),
    perPrincipal: '5/minute',
    perClient: '5/minute',
    perAddress: '5/minute',
  })
  await replica.status(await issuer.mint({ aud: RESOURCE, sub: 'alice', client_id: 'cursor' }))
  const keys = await client.keys(`${prefix}*`)
  expect(keys).toHaveLength(3)
  for (const key of keys) {
    expect(key).toMatch(new RegExp(`^${prefix}:[A-Za-z0-9+/]{43}=$`))
    expect(await client.ttl(key)).toBeGreaterThan(50)
  }
})

test('SEC-349: the store is away: each process counts by itself to a quarter, and says so once', async () => {
  const client = new Redis('redis://127.0.0.1:1', {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
  })
  client.on('error', () => undefined)
  onTestFinished(() => client.disconnect())
  const issuer = await startIssuer()
  const replica = startReplica(issuer, { store: redisLimits(client), perPrincipal: '20/hour' })
  const token = await issuer.mint({ aud: RESOURCE, sub: 'alice' })
  const statuses: number[] = []
  for (let i = 0; i < 9; i += 1) statuses.push(await replica.status(token))
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429, 429])
  const told = replica.events.filter(({ type }) => type.startsWith('limits.'))
  expect(told).toEqual([
    {
      type: 'limits.store_failed',
      at: expect.any(Number),
      store: 'redis',
      error: expect.any(Error),
    },
  ])
})

test.skipIf(noRedis !== '')(
  'SEC-349: a process that was too busy to read the answer of Redis does not take it for an outage',
  async () => {
    const prefix = `${unique}-busy`
    const store = redisLimits(await readyRedis(prefix), { prefix })
    const events: AuditEvent[] = []
    const limits = createLimits({ store, perAddress: '100/minute' }).open({
      scope: RESOURCE,
      clock: systemClock,
      emit: (event) => events.push(event),
    })
    await limits.countAddress('192.0.2.1')
    const counting = limits.countAddress('192.0.2.1')
    // What is sent leaves in this turn; then nothing of this process runs for longer than it waits.
    await new Promise(setImmediate)
    const until = performance.now() + 1_200
    while (performance.now() < until);
    expect(await counting).toMatchObject({ headers: { RateLimit: '"address";r=98;t=60' } })
    expect(events).toEqual([])
  },
)

test('SEC-349: a database that is away does not hold requests up, and limits them', async () => {
  const pool = new Pool({ connectionString: 'postgres://postgres@127.0.0.1:1/none' })
  onTestFinished(() => pool.end())
  const issuer = await startIssuer()
  const limits = { store: postgresLimits(pool), perPrincipal: '8/hour', outagePercent: 50 } as const
  const replica = startReplica(issuer, limits)
  const token = await issuer.mint({ aud: RESOURCE, sub: 'alice' })
  const statuses: number[] = []
  for (let i = 0; i < 6; i += 1) statuses.push(await replica.status(token))
  expect(statuses).toEqual([200, 200, 200, 200, 429, 429])
})

describe('SEC-349: a store that fails, by the clock', () => {
  function openOver(store: Pick<LimitStore, 'open'>) {
    const clock = createTestClock()
    const events: AuditEvent[] = []
    const limits = createLimits({ store: { name: 'mine', ...store }, perAddress: '4/hour' }).open({
      scope: RESOURCE,
      clock,
      emit: (event) => events.push(event),
    })
    const passes = async (address: string): Promise<boolean> =>
      (await limits.countAddress(address)).exceeded === undefined
    return { clock, events, passes }
  }

  test('SEC-349: it is asked again every five seconds by one request, and its return is told', async () => {
    let asked = 0
    let isBroken = true
    const { clock, events, passes } = openOver({
      open: () => ({
        async count() {
          asked += 1
          if (isBroken) throw new Error('refused')
          return { used: 1, resetSeconds: 60 }
        },
      }),
    })
    expect(await Promise.all(Array.from({ length: 3 }, () => passes('192.0.2.1')))).toEqual([
      true,
      false,
      false,
    ])
    expect(asked).toBe(3)
    expect(await passes('192.0.2.2')).toBe(true)
    expect(asked).toBe(3)
    clock.pass(5)
    expect(await passes('192.0.2.3')).toBe(true)
    expect(await passes('192.0.2.3')).toBe(false)
    expect(asked).toBe(4)
    isBroken = false
    clock.pass(5)
    expect(await passes('192.0.2.3')).toBe(true)
    expect(await passes('192.0.2.3')).toBe(true)
    expect(asked).toBe(6)
    expect(events.map(({ type }) => type)).toEqual([
      'limits.store_failed',
      'limits.store_recovered',
    ])
  })

  test('SEC-349: one that never answers is away after a second', async () => {
    const { events, passes } = openOver({ open: () => ({ count: () => new Promise(() => {}) }) })
    expect(await passes('192.0.2.1')).toBe(true)
    expect(await passes('192.0.2.1')).toBe(false)
    expect(events).toMatchObject([
      {
        type: 'limits.store_failed',
        store: 'mine',
        error: { message: 'no answer within 1000 ms' },
      },
    ])
  })

  test('SEC-349: who has reached a limit is not asked about again', async () => {
    let asked = 0
    const { clock, passes } = openOver({
      open: () => ({
        async count() {
          asked += 1
          return { used: 5, resetSeconds: 60 }
        },
      }),
    })
    expect([await passes('192.0.2.1'), await passes('192.0.2.1')]).toEqual([false, false])
    expect(asked).toBe(1)
    clock.pass(60)
    expect([await passes('192.0.2.1'), asked]).toEqual([false, 2])
  })
})
