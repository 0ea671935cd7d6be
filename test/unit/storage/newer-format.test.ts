import { expect, test } from 'vitest'
import { memory, reseal, sealed } from '../../../src/storage/index.ts'
import { keysInUse } from '../../../src/storage/storage-keys.ts'
import {
  bytes,
  collect,
  newRing,
  RESERVED,
  read,
  rotatingRing,
  snapshot,
} from './sealed-support.ts'

const NEWER = { name: 'StorageError', code: 'ERR_STORAGE_FORMAT', retryable: false }
const KEY = 'token:tenant-a:1'

/** A store with one record as this release seals it, and the same as a newer one would. */
async function startWithNewer() {
  const { ring, rotate } = await rotatingRing()
  const store = memory()
  const storage = await sealed(store, ring)
  await storage.set('own', bytes('value'))
  await storage.set(KEY, bytes('value'), { tags: ['tag'] })
  const newer = (await store.get(KEY))?.value ?? new Uint8Array()
  newer.set([2])
  await store.set(KEY, newer, { tags: ['tag'] })
  return { ring, rotate, store, storage }
}

test('SEC-281 a record that a newer release has sealed is refused by whoever reads or takes it, and kept', async () => {
  const { ring, store, storage } = await startWithNewer()
  const before = await snapshot(store)
  const { kid } = await ring.current()
  const refusal = { ...NEWER, message: expect.stringContaining(kid) as string }
  await expect(storage.get(KEY)).rejects.toMatchObject(refusal)
  await expect(storage.take(KEY)).rejects.toMatchObject(refusal)
  await expect(storage.compareAndSwap(KEY, 'older', bytes('new'))).rejects.toMatchObject(refusal)
  expect(await snapshot(store)).toEqual(before)
  expect(await collect(storage.list(''))).toEqual(['own', KEY])
  expect(await read(storage, 'own')).toBe('value')
})

test('SEC-281 its key counts as one in use, and resealing leaves both', async () => {
  const { ring, rotate, store } = await startWithNewer()
  const { kid } = await ring.current()
  await rotate()
  const told: string[] = []
  const onUnreadable = (key: string) => void told.push(key)
  const report = await reseal(store, ring, { onUnreadable })
  expect(report).toMatchObject({ resealed: 1, unreadable: 1, released: [] })
  expect(told).toEqual([KEY])
  const usage = await keysInUse(store)
  expect([usage.unreadable, usage.records.get(kid)]).toEqual([0, 1])
})

test('SEC-281 it says which key is missing also where the list of keys was lost', async () => {
  const { ring, store } = await startWithNewer()
  await store.delete(RESERVED)
  await store.delete('own')
  await expect(sealed(store, await newRing())).rejects.toMatchObject({
    code: 'ERR_CONFIG_STORAGE_KEY',
    message: expect.stringContaining((await ring.current()).kid) as string,
  })
})

test('SEC-281 a list of keys that a newer release has made is refused, and kept', async () => {
  const { ring, store } = await startWithNewer()
  const text = '{"version":2,"keys":{},"more":true}'
  await store.set(RESERVED, bytes(text))
  await expect(sealed(store, ring)).rejects.toMatchObject(NEWER)
  expect(await read(store, RESERVED)).toBe(text)
})

test('a text of the same length is no record of a newer release', async () => {
  const { store, storage } = await startWithNewer()
  await store.set(KEY, bytes(`{+${'"token" '.repeat(20)}`))
  await expect(storage.get(KEY)).rejects.toMatchObject({ code: 'ERR_STORAGE_TAMPERED' })
  expect((await keysInUse(store)).unreadable).toBe(1)
})
