import { describe, expect, test, vi } from 'vitest'
import { memory, type Storage } from '../../../src/storage/index.ts'
import { reseal } from '../../../src/storage/reseal.ts'
import { sealed } from '../../../src/storage/sealed.ts'
import { keysInUse } from '../../../src/storage/storage-keys.ts'
import { createTestClock, START_SECONDS } from '../../security/support/test-clock.ts'
import { makeKeys, startRing } from '../keys/support.ts'
import {
  bytes,
  collect,
  newRing,
  RESERVED,
  randomValue,
  read,
  ringOf,
  rotatingRing,
  snapshot,
} from './sealed-support.ts'

async function start(records = 0) {
  const clock = createTestClock()
  const store = memory({ clock })
  const keys = await rotatingRing()
  const storage = await sealed(store, keys.ring)
  for (let index = 0; index < records; index += 1) {
    await storage.set(`record:${index}`, bytes(`value ${index}`))
  }
  const run = (options = {}) => reseal(store, keys.ring, { clock, ...options })
  return { clock, store, storage, run, ...keys }
}

const versionOf = async (storage: Storage, key: string): Promise<string> =>
  (await storage.get(key))?.version ?? ''

describe('resealing', () => {
  test('seals every record with the current key, once', async () => {
    const { store, storage, run, ring, rotate } = await start(200)
    const { kid } = await ring.current()
    await rotate()
    expect((await keysInUse(store)).records).toEqual(new Map([[kid, 200]]))
    const report = { unreadable: 0, isComplete: true }
    expect(await run()).toEqual({ ...report, resealed: 200, current: 0, released: [kid] })
    expect((await keysInUse(store)).records).toEqual(new Map([[(await ring.current()).kid, 200]]))
    expect(await run()).toEqual({ ...report, resealed: 0, current: 200, released: [] })
    expect(await read(storage, 'record:199')).toBe('value 199')
  })

  test('keeps value, tags and lifetime', async () => {
    const { clock, store, storage, run, rotate } = await start()
    const value = randomValue(1_024)
    const tags = ['user:1', 'ünï\u{1f511}', '"\\\n']
    await storage.set('a', value, { ttlSeconds: 100, tags })
    await storage.set('b', value)
    clock.pass(40)
    for (let round = 0; round < 2; round += 1) {
      await rotate()
      const before = await store.get('a')
      await run()
      expect((await store.get('a'))?.value).not.toEqual(before?.value)
      expect(await storage.get('a')).toMatchObject({ value, expiresAt: START_SECONDS + 100 })
      expect(await storage.get('b')).toMatchObject({ value, expiresAt: undefined })
      for (const tag of tags) expect(await collect(storage.listByTag(tag))).toEqual(['a'])
    }
    clock.pass(60)
    expect(await storage.get('a')).toBeUndefined()
    expect(await storage.deleteByTag('user:1')).toBe(0)
  })

  test('lets a version pass that was read before, where nothing else has changed', async () => {
    const { storage, run, rotate } = await start(3)
    const versions = await Promise.all(
      [0, 1, 2].map((index) => versionOf(storage, `record:${index}`)),
    )
    const [version0 = '', version1 = '', version2 = ''] = versions
    for (let round = 0; round < 3; round += 1) {
      await rotate()
      await run()
    }
    expect(await storage.compareAndSwap('record:0', version0, bytes('new'))).toBe(true)
    expect(
      await storage.commit([
        { kind: 'delete', key: 'record:1', if: { version: version1 } },
        { kind: 'set', key: 'record:2', value: bytes('new'), if: { version: version2 } },
        { kind: 'set', key: 'record:3', value: bytes('new'), if: 'absent' },
      ]),
    ).toBe(true)
    expect(await collect(storage.list(''))).toEqual(['record:0', 'record:2', 'record:3'])
    expect(await read(storage, 'record:2')).toBe('new')
  })

  test('lets no version pass that somebody else has changed', async () => {
    const { storage, run, rotate } = await start(2)
    const version = await versionOf(storage, 'record:0')
    await rotate()
    await run()
    await storage.set('record:0', bytes('of another'))
    const swap = (): Promise<boolean> => storage.compareAndSwap('record:0', version, bytes('mine'))
    const commit = (): Promise<boolean> =>
      storage.commit([
        { kind: 'delete', key: 'record:1' },
        { kind: 'set', key: 'record:0', value: bytes('mine'), if: { version } },
      ])
    expect([await swap(), await commit()]).toEqual([false, false])
    await rotate()
    await run()
    expect([await swap(), await commit()]).toEqual([false, false])
    expect([await read(storage, 'record:0'), await read(storage, 'record:1')]).toEqual([
      'of another',
      'value 1',
    ])
    await storage.delete('record:0')
    expect([await swap(), await commit()]).toEqual([false, false])
  })

  test('lets a version pass once', async () => {
    const { storage, run, rotate } = await start(1)
    const version = await versionOf(storage, 'record:0')
    await rotate()
    await run()
    const swaps = Array.from({ length: 50 }, (_, index) =>
      storage.compareAndSwap('record:0', version, bytes(`${index}`)),
    )
    expect((await Promise.all(swaps)).filter(Boolean)).toHaveLength(1)
  })

  test('can be ended, and goes on with what is left', async () => {
    const { store, run, rotate } = await start(200)
    await rotate()
    const controller = new AbortController()
    const swap = vi.spyOn(store, 'compareAndSwap')
    swap.mockImplementation(async (key, version, value, options) => {
      if (swap.mock.calls.length === 50) controller.abort()
      const write = { kind: 'set', key, value, if: { version }, ...options } as const
      return store.commit([write])
    })
    const first = await run({ signal: controller.signal })
    expect(first).toMatchObject({ isComplete: false, released: [] })
    const second = await run()
    expect(second).toMatchObject({ current: first.resealed, resealed: 200 - first.resealed })
    expect(first.resealed).toBeGreaterThan(0)
    expect(second.resealed).toBeGreaterThan(0)
  })

  test('SEC-259 leaves what cannot be opened, and says which', async () => {
    const { store, storage, run, rotate, ring } = await start(2)
    const { kid } = await ring.current()
    const changed = (await store.get('record:0'))?.value ?? new Uint8Array()
    changed.set([1], changed.length - 1)
    await store.set('record:0', changed)
    await store.set('record:9', bytes('plain'))
    await rotate()
    const told: string[] = []
    const report = await run({ onUnreadable: (key: string) => void told.push(key) })
    expect(report).toMatchObject({ resealed: 1, unreadable: 2, released: [] })
    expect(told.toSorted()).toEqual(['record:0', 'record:9'])
    expect((await store.get('record:0'))?.value).toEqual(changed)
    const usage = await keysInUse(store)
    expect([usage.unreadable, usage.records.get(kid)]).toEqual([1, 1])
    expect(await read(storage, 'record:1')).toBe('value 1')
  })

  test('does not come between takers', async () => {
    const { storage, run, rotate } = await start(20)
    await rotate()
    const resealing = run()
    const taken = await Promise.all(
      Array.from({ length: 200 }, (_, index) => storage.take(`record:${index % 20}`)),
    )
    await resealing
    expect(taken.filter((record) => record !== undefined)).toHaveLength(20)
    expect(await collect(storage.list(''))).toEqual([])
  })

  test('fails with the store, and not as if a record were bad', async () => {
    const { store, storage, run, rotate } = await start(1)
    await rotate()
    await storage.set('listed', bytes('with the new key'))
    const swap = vi.spyOn(store, 'compareAndSwap').mockRejectedValueOnce(new Error('store is down'))
    await expect(run()).rejects.toThrow('store is down')
    expect(swap).toHaveBeenCalledOnce()
    expect(await run()).toMatchObject({ resealed: 1, unreadable: 0 })
  })

  test('needs a ring for storage that has all keys', async () => {
    const { store } = await start(1)
    const before = await snapshot(store)
    const { ring } = await startRing('state', await makeKeys('state', ['current']))
    await expect(reseal(store, ring)).rejects.toMatchObject({ code: 'ERR_CONFIG_KEY_INVALID' })
    await expect(reseal(store, await newRing())).rejects.toMatchObject({
      code: 'ERR_CONFIG_STORAGE_KEY',
    })
    expect(await snapshot(store)).toEqual(before)
  })
})

describe('SEC-262 a key', () => {
  test('is in use until no record needs it, and can be dropped then', async () => {
    const { store, run, rotate, ring, stored, forget } = await start(3)
    const { kid } = await ring.current()
    await rotate()
    expect([...(await keysInUse(store)).records.keys()]).toContain(kid)
    for (const key of await collect(store.list('record:'))) await store.delete(key)
    expect((await keysInUse(store)).records.get(kid)).toBe(0)
    expect((await run()).released).toEqual([kid])
    expect((await keysInUse(store)).records.has(kid)).toBe(false)
    forget()
    await expect(sealed(store, await ringOf(stored()))).resolves.toBeDefined()
    expect(await collect(store.list(''))).toEqual([RESERVED])
  })

  test('is rotated under readers and writers without a single failure', async () => {
    const { store, run, rotate, forget, ring, stored } = await start(100)
    const processes = [await sealed(store, ring), await sealed(store, ring)]
    const state = { isRunning: true }
    let operations = 0
    const work = async (storage: Storage, worker: number): Promise<void> => {
      for (let round = 0; state.isRunning; round += 1) {
        const key = `record:${(round * 7 + worker) % 100}`
        const record = await storage.get(key)
        expect(record).toBeDefined()
        await storage.compareAndSwap(key, record?.version ?? '', bytes(`${worker} ${round}`))
        await storage.set(`own:${worker}`, bytes(`${round}`))
        expect(await read(storage, `own:${worker}`)).toBe(`${round}`)
        const once = `once:${worker}:${round}`
        expect(
          await storage.commit([{ kind: 'set', key: once, value: bytes('x'), if: 'absent' }]),
        ).toBe(true)
        expect(await storage.take(once)).toBeDefined()
        operations += 6
        if (round % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 0))
      }
    }
    const workers = [0, 1, 2, 3].map((worker) => work(processes[worker % 2] as Storage, worker))
    const kids = [(await ring.current()).kid]
    for (let rotation = 0; rotation < 3; rotation += 1) {
      await rotate()
      kids.push((await ring.current()).kid)
      await new Promise((resolve) => setTimeout(resolve, 30))
      expect(await run()).toMatchObject({ unreadable: 0, isComplete: true })
    }
    state.isRunning = false
    await Promise.all(workers)
    expect(operations).toBeGreaterThan(500)
    await run()
    expect([...(await keysInUse(store)).records.keys()]).toEqual([kids.at(-1)])
    forget()
    const storage = await sealed(store, await ringOf(stored()))
    for await (const key of storage.list('')) expect(await read(storage, key)).toBeDefined()
  })
})
