import { memory, openStorage, type Storage } from 'mcp-gatehouse/storage'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createMemoryUsedProofs } from '../../src/resource-server/possession/used-proofs.ts'
import { openOutageProxy } from '../contract/outage-proxy.ts'
import { POSTGRES, REDIS } from '../contract/services.ts'
import { targetKinds } from '../contract/targets.ts'
import { startDpopGate } from './support/dpop-gate.ts'
import { createTestClock } from './support/test-clock.ts'

// Keys and proofs are new in every test, so one store of each kind is enough.
const kinds = (await targetKinds()).map(({ name, missing, create }) => ({
  name,
  missing,
  target: create(),
}))

async function open(target: Parameters<typeof openStorage>[0], options: object): Promise<Storage> {
  const storage = await openStorage(target, options)
  onTestFinished(() => storage.close())
  return storage
}

describe('SEC-399 a proof that was used is refused by every node', () => {
  test.for(kinds)('SEC-399 over $name$missing', async ({ target, missing }, { skip }) => {
    if (missing !== '') skip()
    const { url, ...options } = target
    const [one, other] = [await open(url, options), await open(url, options)]
    const { send, prove } = await startDpopGate({ storage: one }, { storage: other })
    const proof = await prove()
    expect(await send(proof, 0)).toMatchObject({ status: 200 })
    expect(await send(proof, 1)).toMatchObject({ status: 401, reason: 'dpop replay' })
    expect(await send(proof, 0)).toMatchObject({ status: 401, reason: 'dpop replay' })
    expect(await send(undefined, 1)).toMatchObject({ status: 200 })
  })

  test.for(kinds)(
    'SEC-399 exactly one of many at once is accepted, over $name$missing',
    async ({ target, missing }, { skip }) => {
      if (missing !== '') skip()
      const { url, ...options } = target
      const [one, other] = [await open(url, options), await open(url, options)]
      const { send, prove } = await startDpopGate({ storage: one }, { storage: other })
      const proof = await prove()
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) => send(proof, index % 2)),
      )
      expect(outcomes.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(outcomes.filter(({ status }) => status === 401)).toHaveLength(19)
    },
  )

  test('SEC-399 and by the one node there is, for as long as it could be used', async () => {
    const { send, prove, clock } = await startDpopGate({})
    const ahead = await prove({ claims: { iat: clock.now() + 30 } })
    expect(await send(ahead)).toMatchObject({ status: 200 })
    for (let second = 0; second < 120; second += 1) {
      clock.pass(1)
      expect(await send(ahead)).toMatchObject({ status: 401, reason: 'dpop replay' })
    }
    clock.pass(1)
    expect(await send(ahead)).toMatchObject({ status: 401, reason: 'dpop iat' })
  })

  test('SEC-399 two keys may use the same jti', async () => {
    const storage = memory()
    const [one, two] = [await startDpopGate({ storage }), await startDpopGate({ storage })]
    const same = { claims: { jti: '1' } }
    expect(await one.send(same)).toMatchObject({ status: 200 })
    expect(await two.send(same)).toMatchObject({ status: 200 })
    expect(await two.send(same)).toMatchObject({ reason: 'dpop replay' })
  })
})

describe('SEC-399 a flood of proofs', () => {
  test('SEC-399 leaves nothing in the store beyond the window, and no identity in it', async () => {
    const storeClock = createTestClock()
    const storage = memory({ clock: storeClock })
    const { send, clock } = await startDpopGate({ storage })
    for (let sent = 0; sent < 50; sent += 1) await send()
    const keys: string[] = []
    for await (const key of storage.list('')) keys.push(key)
    expect(keys).toHaveLength(50)
    expect(keys.every((key) => /^dpop-proof::[0-9a-f]{64}$/.test(key))).toBe(true)
    const record = await storage.get(keys[0] ?? '')
    expect(new TextDecoder().decode(record?.value)).toBe('{"version":1}')
    expect(record?.expiresAt).toBeLessThanOrEqual(clock.now() + 121)
    storeClock.pass(122)
    for (const key of keys) expect(await storage.get(key)).toBeUndefined()
  })

  test('SEC-399 is forgotten in memory as the window moves on', async () => {
    const clock = createTestClock()
    const used = createMemoryUsedProofs(clock, 121)
    const proof = { resource: 'r', thumbprint: 't' }
    let largest = 0
    for (let sent = 0; sent < 20_000; sent += 1) {
      if (sent % 10 === 0) clock.pass(1)
      expect(await used.use({ ...proof, jti: `${sent}` })).toBe(true)
      largest = Math.max(largest, used.size)
    }
    expect(largest).toBeLessThanOrEqual(1_220)
    clock.pass(121)
    await used.use({ ...proof, jti: 'last' })
    expect(used.size).toBe(1)
  })

  test('SEC-399 has nobody look for old proofs more than once a second', async () => {
    const clock = createTestClock()
    const used = createMemoryUsedProofs(clock, 121)
    const proof = { resource: 'r', thumbprint: 't' }
    const iterators = vi.spyOn(Map.prototype, Symbol.iterator)
    onTestFinished(() => void vi.restoreAllMocks())
    for (let sent = 0; sent < 1_000; sent += 1) {
      if (sent % 100 === 0) clock.pass(1)
      await used.use({ ...proof, jti: `${sent}` })
    }
    const begun = iterators.mock.calls.length
    vi.restoreAllMocks()
    expect(begun).toBeLessThan(500)
    clock.pass(121)
    await used.use({ ...proof, jti: 'last' })
    expect(used.size).toBe(1)
  })

  test('SEC-399 that is too much for memory is refused, and opens no way for a replay', async () => {
    const clock = createTestClock()
    const used = createMemoryUsedProofs(clock, 121, 100)
    const proof = { resource: 'r', thumbprint: 't' }
    for (let sent = 0; sent < 100; sent += 1) await used.use({ ...proof, jti: `${sent}` })
    await expect(used.use({ ...proof, jti: 'more' })).rejects.toMatchObject({
      code: 'ERR_STORAGE_WRITE',
      retryable: true,
    })
    expect(await used.use({ ...proof, jti: '0' })).toBe(false)
    expect(used.size).toBe(100)
    clock.pass(121)
    expect(await used.use({ ...proof, jti: 'more' })).toBe(true)
  })
})

describe('SEC-399 a store that is down', () => {
  const servers = { Redis: REDIS, PostgreSQL: POSTGRES } as const
  test.for(kinds.filter(({ name }) => name in servers))(
    'SEC-399 is 503, and afterwards all is as before: $name$missing',
    async ({ name, target, missing }, { skip }) => {
      if (missing !== '') skip()
      const { url, ...options } = target
      const proxy = await openOutageProxy(servers[name as keyof typeof servers])
      onTestFinished(() => proxy.close())
      const through = new URL(url)
      through.port = String(proxy.port)
      const storage = await open(through.href, { ...options, timeoutSeconds: 1 })
      const { send, prove } = await startDpopGate({ storage })
      const proof = await prove()
      expect(await send(proof)).toMatchObject({ status: 200 })
      await proxy.cut()
      expect(await send()).toMatchObject({
        status: 503,
        reason: 'dep.unavailable',
        challenge: null,
      })
      await proxy.restore()
      await expect.poll(async () => (await send()).status).toBe(200)
      expect(await send(proof)).toMatchObject({ status: 401, reason: 'dpop replay' })
    },
  )
})
