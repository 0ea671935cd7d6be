import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { memory, type Storage } from '../../../src/storage/index.ts'
import { sealed } from '../../../src/storage/sealed.ts'
import { makeKeys, startRing } from '../keys/support.ts'
import {
  bytes,
  collect,
  newRing,
  RESERVED,
  read,
  recordingStore,
  ringOf,
  rotatingRing,
  snapshot,
} from './sealed-support.ts'

const TAMPERED = { name: 'StorageError', code: 'ERR_STORAGE_TAMPERED', retryable: false }
const KEY = 'token:tenant-a:1'

describe('SEC-263 the wrong key', () => {
  test('is refused before anything is written, and named', async () => {
    const [right, wrong] = [await newRing(), await newRing()]
    const store = recordingStore()
    await (await sealed(store, right)).set(KEY, bytes('value'))
    const [before, writes] = [await snapshot(store), store.writes.length]
    await expect(sealed(store, wrong)).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'ERR_CONFIG_STORAGE_KEY',
      message: expect.stringContaining((await right.current()).kid),
    })
    expect([await snapshot(store), store.writes.length]).toEqual([before, writes])
    expect(await read(await sealed(store, right), KEY)).toBe('value')
  })

  test('is refused also where there is no record yet', async () => {
    const store = memory()
    await sealed(store, await newRing())
    await expect(sealed(store, await newRing())).rejects.toMatchObject({
      code: 'ERR_CONFIG_STORAGE_KEY',
    })
  })

  test('is refused also where the list of keys was lost', async () => {
    const [right, wrong] = [await newRing(), await newRing()]
    const store = memory()
    await (await sealed(store, right)).set(KEY, bytes('value'))
    await store.delete(RESERVED)
    const before = await snapshot(store)
    await expect(sealed(store, wrong)).rejects.toMatchObject({
      code: 'ERR_CONFIG_STORAGE_KEY',
      message: expect.stringContaining((await right.current()).kid),
    })
    expect(await snapshot(store)).toEqual(before)
    expect(await read(await sealed(store, right), KEY)).toBe('value')
  })

  test('is refused by whoever comes second to an empty store', async () => {
    const store = memory()
    const rings = await Promise.all(Array.from({ length: 10 }, newRing))
    const opened = await Promise.allSettled(rings.map((ring) => sealed(store, ring)))
    expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('is not suspected where two come to an empty store at once', async () => {
    const [store, ring] = [memory(), await newRing()]
    let hasOtherCome = false
    const racing: Storage = {
      ...store,
      async get(key) {
        const record = await store.get(key)
        if (!hasOtherCome) {
          hasOtherCome = true
          await sealed(store, ring)
        }
        return record
      },
    }
    await expect(sealed(racing, ring)).resolves.toBeDefined()
  })

  test('that lacks a rotated one is refused, naming it', async () => {
    const { ring, rotate, forget, stored } = await rotatingRing()
    const store = memory()
    const { kid } = await ring.current()
    await (await sealed(store, ring)).set(KEY, bytes('value'))
    await rotate()
    expect(await read(await sealed(store, ring), KEY)).toBe('value')
    forget()
    const before = await snapshot(store)
    const error: unknown = await sealed(store, await ringOf(stored())).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'ERR_CONFIG_STORAGE_KEY' })
    expect(inspect(error)).toContain(kid)
    expect(await snapshot(store)).toEqual(before)
  })

  test('is refused where records are not sealed at all', async () => {
    const store = memory()
    await store.set(KEY, bytes('plain'))
    await expect(sealed(store, await newRing())).rejects.toMatchObject({
      code: 'ERR_CONFIG_STORAGE_KEY',
      message: expect.stringContaining('not sealed'),
    })
    expect(await collect(store.list(''))).toEqual([KEY])
  })

  test.each(['not JSON', '{}', '{"version":0,"keys":{}}', '{"version":1,"keys":{"a":1}}', 'null'])(
    'cannot be told by a list of keys that is %s',
    async (text) => {
      const ring = await newRing()
      const store = memory()
      await sealed(store, ring)
      await store.set(RESERVED, bytes(text))
      await expect(sealed(store, ring)).rejects.toMatchObject(TAMPERED)
      expect(await read(store, RESERVED)).toBe(text)
    },
  )

  test('cannot be told by a list of keys that was changed, or made for another store', async () => {
    const ring = await newRing()
    const store = memory()
    await sealed(store, ring, { name: 'a' })
    await expect(sealed(store, ring, { name: 'b' })).rejects.toMatchObject(TAMPERED)
    const list = (await read(store, RESERVED)) ?? ''
    for (const changed of [
      list.replace(/.."\}/, (end) => (end === 'AA"}' ? 'BA"}' : 'AA"}')),
      list.replace(/."\}/, '!"}'),
    ]) {
      expect(changed).not.toBe(list)
      await store.set(RESERVED, bytes(changed))
      await expect(sealed(store, ring, { name: 'a' })).rejects.toMatchObject(TAMPERED)
    }
  })

  test('cannot be told by a list of keys on which one stands for another', async () => {
    const { ring, stored } = await rotatingRing()
    const store = memory()
    await sealed(store, ring)
    const { kid } = await ring.current()
    const list = (await read(store, RESERVED)) ?? ''
    await store.set(RESERVED, bytes(list.replace(kid, stored().keys[1]?.kid ?? '')))
    await expect(sealed(store, ring)).rejects.toMatchObject(TAMPERED)
  })

  test('of another ring is refused', async () => {
    const { ring } = await startRing('cookies', await makeKeys('cookies', ['current']))
    await expect(sealed(memory(), ring)).rejects.toMatchObject({ code: 'ERR_CONFIG_KEY_INVALID' })
  })
})

describe('SEC-264 without a key', () => {
  test.each(['durable', 'shared'] as const)('a store that is %s is refused', async (durability) => {
    const store = { ...memory(), durability }
    await expect(sealed(store, undefined)).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'ERR_CONFIG_STORAGE_UNSEALED',
      message: expect.stringContaining('sealed: keys: The store outlives the process'),
    })
    expect(await collect(store.list(''))).toEqual([])
  })

  test('a store that does not outlive the process is used as it is', async () => {
    const store = memory()
    const same = await sealed(store, undefined)
    expect(same).toBe(store)
    expect(same.isSealed ?? false).toBe(false)
  })

  test('only what was made with one says that it is sealed', async () => {
    const store = memory()
    expect((await sealed(store, await newRing())).isSealed).toBe(true)
    expect(store.isSealed ?? false).toBe(false)
  })
})

describe('SEC-258 what a store is given', () => {
  test('holds none of 1,000 canaries, nor their base64 or hex', async () => {
    const store = recordingStore()
    const storage = await sealed(store, await newRing())
    const canaries = Array.from(
      { length: 1_000 },
      () => `canary-${randomBytes(24).toString('hex')}`,
    )
    for (const [index, canary] of canaries.entries()) {
      const [key, value] = [`token:t:${index}`, bytes(JSON.stringify({ token: canary }))]
      await storage.set(key, value, { tags: [`user:${index}`] })
      const { version = '' } = (await storage.get(key)) ?? {}
      await storage.compareAndSwap(key, version, value)
      await storage.commit([{ kind: 'set', key, value }])
    }
    expect(store.writes).toHaveLength(3_001)
    const written = Buffer.concat(store.writes)
    const spellings = (canary: string): readonly string[] => [
      canary,
      // Base64 of a text within another one, whose first and last characters depend on the others.
      ...[0, 1, 2].map((shift) =>
        Buffer.from('x'.repeat(shift) + canary)
          .toString('base64')
          .slice(4, -4),
      ),
      Buffer.from(canary).toString('hex'),
    ]
    const found = canaries.flatMap(spellings).filter((text) => written.indexOf(text) !== -1)
    expect(found).toEqual([])
    expect(await read(storage, 'token:t:0')).toContain(canaries[0])
  })
})

describe('the list of keys', () => {
  test('is no record that anybody else sees or touches', async () => {
    const storage = await sealed(memory(), await newRing())
    await storage.set(KEY, bytes('value'))
    expect(await collect(storage.list(''))).toEqual([KEY])
    expect(await collect(storage.list('gatehouse:'))).toEqual([])
    for (const call of [
      () => storage.get(RESERVED),
      () => storage.set(RESERVED, bytes('')),
      () => storage.take(RESERVED),
      () => storage.delete(RESERVED),
      () => storage.compareAndSwap(RESERVED, '1', bytes('')),
      () => storage.commit([{ kind: 'set', key: RESERVED, value: bytes('') }]),
      () => storage.commit([{ kind: 'delete', key: RESERVED }]),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'ERR_STORAGE_INPUT' })
    }
  })

  test('has a key before the first record is sealed with it', async () => {
    const { ring, rotate } = await rotatingRing()
    const store = memory()
    const storage = await sealed(store, ring)
    await rotate()
    const { kid } = await ring.current()
    expect(await read(store, RESERVED)).not.toContain(kid)
    await Promise.all([1, 2, 3].map((index) => storage.set(`${KEY}${index}`, bytes('value'))))
    expect(await read(store, RESERVED)).toContain(kid)
  })
})
