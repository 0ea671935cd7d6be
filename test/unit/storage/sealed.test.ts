import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { memory, type Storage } from '../../../src/storage/index.ts'
import { sealed } from '../../../src/storage/sealed.ts'
import {
  bytes,
  collect,
  newRing,
  randomValue,
  read,
  ringOf,
  rotatingRing,
} from './sealed-support.ts'

const TAMPERED = { name: 'StorageError', code: 'ERR_STORAGE_TAMPERED', retryable: false }
const KEY = 'token:tenant-a:1'

async function start(): Promise<{ store: Storage; storage: Storage }> {
  const store = memory()
  return { store, storage: await sealed(store, await newRing()) }
}

/** Expects that a record opens in no way, and is what it was afterwards. */
async function expectTampered(storage: Storage, store: Storage, key = KEY): Promise<void> {
  const before = await store.get(key)
  for (const call of [() => storage.get(key), () => storage.take(key)]) {
    const outcome: unknown = await call().catch((error: unknown) => error)
    expect(outcome).toMatchObject(TAMPERED)
  }
  expect(await store.get(key)).toEqual(before)
}

describe('a sealed record', () => {
  test.each([0, 1, 15, 16, 17, 1_024, 100_000])(
    'of %i bytes is read as it was written',
    async (length) => {
      const { storage } = await start()
      const value = randomValue(length)
      await storage.set(KEY, value)
      expect((await storage.get(KEY))?.value).toEqual(value)
      expect((await storage.take(KEY))?.value).toEqual(value)
    },
  )

  test('has the version and the lifetime that the store gives it', async () => {
    const { store, storage } = await start()
    await storage.set(KEY, bytes('value'), { ttlSeconds: 60, tags: ['tag'] })
    const { value: _sealed, ...inner } = (await store.get(KEY)) ?? { value: undefined }
    expect(await storage.get(KEY)).toEqual({ ...inner, value: bytes('value') })
    expect(await collect(storage.listByTag('tag'))).toEqual([KEY])
  })

  test('is never the same bytes twice', async () => {
    const { store, storage } = await start()
    await storage.set(KEY, bytes('value'))
    const first = await store.get(KEY)
    await storage.set(KEY, bytes('value'))
    expect((await store.get(KEY))?.value).not.toEqual(first?.value)
  })

  test('begins with the format version and the kid', async () => {
    const store = memory()
    const ring = await newRing()
    await (await sealed(store, ring)).set(KEY, bytes('value'))
    const { kid } = await ring.current()
    const head = Buffer.from((await store.get(KEY))?.value ?? []).subarray(0, 45)
    expect(head).toEqual(Buffer.concat([Buffer.of(1, 43), Buffer.from(kid)]))
  })

  test('is 93 bytes longer than its value', async () => {
    const { store, storage } = await start()
    await storage.set(KEY, new Uint8Array(1_000))
    expect((await store.get(KEY))?.value).toHaveLength(1_093)
  })

  test('of a release before this one can be read', async () => {
    const ring = await ringOf({
      keys: [{ kty: 'oct', k: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8', status: 'current' }],
    })
    const store = memory()
    const storage = await sealed(store, ring, { name: 'first' })
    await store.set(KEY, Buffer.from(VERSION_1, 'base64'))
    expect(await read(storage, KEY)).toBe('written by version 1')
  })
})

describe('SEC-259 a record that was changed is refused, and kept as it is:', () => {
  test('each bit of each byte', async () => {
    const { store, storage } = await start()
    await storage.set(KEY, bytes('a secret'), { tags: ['tag'] })
    const good = (await store.get(KEY))?.value ?? new Uint8Array()
    expect(good.length).toBeGreaterThan(100)
    for (let index = 0; index < good.length * 8; index += 1) {
      const changed = good.slice()
      changed[index >> 3] = (changed[index >> 3] ?? 0) ^ (1 << (index & 7))
      await store.set(KEY, changed)
      // A version that was changed upwards looks like that of a newer release.
      const isVersion = index > 0 && index < 8
      const refusal = isVersion ? { ...TAMPERED, code: 'ERR_STORAGE_FORMAT' } : TAMPERED
      await expect(storage.get(KEY), `bit ${index}`).rejects.toMatchObject(refusal)
    }
    await expectTampered(storage, store)
    await store.set(KEY, good)
    expect(await read(storage, KEY)).toBe('a secret')
  })

  test('every length but its own', async () => {
    const { store, storage } = await start()
    await storage.set(KEY, bytes('a secret'))
    const good = (await store.get(KEY))?.value ?? new Uint8Array()
    for (let length = 0; length < good.length; length += 1) {
      await store.set(KEY, good.slice(0, length))
      await expect(storage.get(KEY), `${length} bytes`).rejects.toMatchObject(TAMPERED)
    }
    await store.set(KEY, Buffer.concat([good, Buffer.of(0)]))
    await expectTampered(storage, store)
  })

  test.each([
    ['zeros', new Uint8Array(200)],
    ['ones', new Uint8Array(200).fill(1)],
    ['random bytes', randomValue(200)],
    ['nothing', new Uint8Array()],
    ['a value that is not sealed', bytes('{"token":"plain"}')],
  ])('%s', async (_what, value) => {
    const { store, storage } = await start()
    await storage.set(KEY, bytes('a secret'))
    await store.set(KEY, value)
    await expectTampered(storage, store)
  })

  test('its head with a byte order mark before the kid', async () => {
    const { store, storage } = await start()
    await storage.set(KEY, bytes('a secret'))
    const good = Buffer.from((await store.get(KEY))?.value ?? [])
    const marked = [Buffer.of(1, 46, 0xef, 0xbb, 0xbf), good.subarray(2)]
    await store.set(KEY, Buffer.concat(marked))
    await expectTampered(storage, store)
  })

  test('and can be written anew or deleted', async () => {
    const { store, storage } = await start()
    for (const repair of [() => storage.set(KEY, bytes('new')), () => storage.delete(KEY)]) {
      await store.set(KEY, new Uint8Array(200))
      expect(await repair()).toBe(true)
    }
    expect(await read(storage, KEY)).toBeUndefined()
  })

  test('and the error says nothing of the key but its kind', async () => {
    const { store, storage } = await start()
    await store.set(KEY, new Uint8Array(200))
    const error: unknown = await storage.get(KEY).catch((thrown: unknown) => thrown)
    expect(inspect(error)).toContain('Record of the kind token')
    expect(inspect(error)).not.toContain('tenant-a')
  })
})

describe('SEC-261 a record that is put back to what it was', () => {
  test('opens as the older one: the docs say that this is not noticed', async () => {
    const { store, storage } = await start()
    await storage.set(KEY, bytes('older'))
    const older = await store.get(KEY)
    await storage.set(KEY, bytes('newer'))
    await store.set(KEY, older?.value ?? bytes(''))
    expect(await read(storage, KEY)).toBe('older')
    const docs = readFileSync(new URL('../../../docs/storage.md', import.meta.url), 'utf8')
    expect(docs.replaceAll(/\s+/g, ' ')).toContain(
      'A record that is put back to an older one of the same key is not noticed',
    )
  })

  test('is nothing that somebody who read the newer one can write over', async () => {
    const { store, storage } = await start()
    await storage.set(KEY, bytes('older'))
    const older = await store.get(KEY)
    await storage.set(KEY, bytes('newer'))
    const newer = await storage.get(KEY)
    await store.set(KEY, older?.value ?? bytes(''))
    expect(await storage.compareAndSwap(KEY, newer?.version ?? '', bytes('next'))).toBe(false)
  })
})

describe('SEC-260 a record does not open', () => {
  test.each([
    ['of another user', 'token:tenant-a:2'],
    ['of another tenant', 'token:tenant-b:1'],
    ['of another kind', 'grant:tenant-a:1'],
    ['that begins like its own', `${KEY}1`],
  ])('under the key %s', async (_what, other) => {
    const { store, storage } = await start()
    await storage.set(KEY, bytes('of alice'))
    await storage.set(other, bytes('of bob'))
    await store.set(other, (await store.get(KEY))?.value ?? new Uint8Array())
    await expectTampered(storage, store, other)
    expect(await read(storage, KEY)).toBe('of alice')
  })

  test('in a store of another name, however name and key are divided', async () => {
    const ring = await newRing()
    const store = memory()
    await (await sealed(store, ring, { name: 'a' })).set('b:key', bytes('value'))
    const copy = await store.get('b:key')
    for (const [name, key] of [
      ['', 'ab:key'],
      ['ab', ':key'],
      ['b', 'b:key'],
      ['', 'b:key'],
    ] as const) {
      const other = memory()
      const storage = await sealed(other, ring, { name })
      await other.set(key, copy?.value ?? new Uint8Array())
      await expectTampered(storage, other, key)
    }
  })

  test('with another key of the ring', async () => {
    const { ring, rotate, stored } = await rotatingRing()
    const store = memory()
    const storage = await sealed(store, ring)
    await storage.set(KEY, bytes('value'))
    const other = stored().keys[1]?.kid ?? ''
    const good = Buffer.from((await store.get(KEY))?.value ?? [])
    await store.set(KEY, Buffer.concat([Buffer.of(1, 43), Buffer.from(other), good.subarray(45)]))
    await rotate()
    await expectTampered(storage, store)
  })
})

const VERSION_1 =
  'AStXcWpQUFJ2QVA4b1liQXFDd01Fcmh6VGctUXVhei12THhfY2VmMDd5aE9zPYRVyJavSj3NF21lIFFOEbUCPjWdyqTqopcxNe9aY0QygZmKaiYK6/ghRXPKc/t1ThMq3JnY2baUW8ZDTHmFxKjwC3tngbNq+HUE1mImjH3QWOQ7'
