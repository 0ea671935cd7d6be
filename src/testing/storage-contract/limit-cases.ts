import assert from 'node:assert/strict'
import type { Storage, Write, WriteOptions } from '../../storage/index.ts'
import { bytes, type ContractCase, collect, put, read, refusesInput } from './world.ts'

const REFUSED_TEXTS: Readonly<Record<string, string>> = {
  'one of 1,025 bytes': 'k'.repeat(1_025),
  'one of 1,025 bytes in 513 characters': `k${'é'.repeat(512)}`,
  'one of 64 KiB': 'k'.repeat(65_536),
  'one with NUL': 'a\0b',
  'one that ends in NUL': 'a\0',
  'one with half of a surrogate pair': 'a\ud83d',
  'one that is no string': 42 as unknown as string,
}
const EMPTY: Readonly<Record<string, string>> = { 'an empty one': '' }
const MAX_VALUE_BYTES = 16 * 1_024 * 1_024

/** What is refused by every store, and what lies just within. */
export const limitCases: readonly ContractCase[] = [
  {
    name: 'SEC-275 a key, tag or name is refused when it is empty, too long, or contains NUL',
    async run({ storage }) {
      for (const [what, text] of Object.entries({ ...REFUSED_TEXTS, ...EMPTY })) {
        for (const [method, call] of Object.entries(callsWith(storage, text))) {
          await refusesInput(call, `${method} with ${what}`)
        }
      }
      for (const [what, text] of Object.entries(REFUSED_TEXTS)) {
        await refusesInput(() => collect(storage.list(text)), `list with ${what}`)
      }
    },
  },
  {
    name: 'keys, tags and names of 1,024 bytes are kept as they are',
    async run({ storage, other, own }) {
      const room = 1_024 - Buffer.byteLength(own(''))
      for (const text of ['k'.repeat(room), `${'k'.repeat(room % 4)}${'😀'.repeat(room >> 2)}`]) {
        const key = own(text)
        assert.equal(Buffer.byteLength(key), 1_024)
        await put(storage, key, 'value', { tags: [key] })
        assert.equal(await read(other, key), 'value')
        assert.deepEqual(await collect(other.list(key)), [key])
        assert.deepEqual(await collect(other.listByTag(key)), [key])
        assert.ok(await storage.lock(key, 60))
      }
    },
  },
  {
    name: 'a lifetime is refused that is not a whole number of seconds, at least one',
    async run({ storage, own }) {
      const lock = await storage.lock(own('lock'), 60)
      assert.ok(lock)
      const wrong = [0, -1, 1.5, 0.001, Number.NaN, Number.POSITIVE_INFINITY, 1e300, '1']
      for (const ttlSeconds of wrong as number[]) {
        await refusesWriteOptions(storage, own('key'), { ttlSeconds })
        await refusesInput(() => storage.lock(own('free'), ttlSeconds), `lock for ${ttlSeconds}`)
        await refusesInput(() => lock.extend(ttlSeconds), `extend by ${ttlSeconds}`)
      }
      assert.ok(await storage.lock(own('free'), 60))
    },
  },
  {
    name: 'a record has up to 16 tags, and no 17',
    async run({ storage, own }) {
      const tags = Array.from({ length: 17 }, (_, index) => own(`tag ${index}`))
      await refusesWriteOptions(storage, own('key'), { tags })
      await put(storage, own('key'), 'value', { tags: tags.slice(1) })
      for (const tag of tags.slice(1)) {
        assert.deepEqual(await collect(storage.listByTag(tag)), [own('key')])
      }
    },
  },
  {
    name: 'a value has up to 16 MiB, and is bytes',
    async run({ storage, own }) {
      const key = own('key')
      await put(storage, key, 'old')
      for (const wrong of [new Uint8Array(MAX_VALUE_BYTES + 1), 'text', [1], null, undefined]) {
        const value = wrong as Uint8Array
        await refusesInput(() => storage.set(key, value), 'set')
        await refusesInput(() => storage.compareAndSwap(key, '1', value), 'compareAndSwap')
        await refusesInput(() => storage.commit([{ kind: 'set', key, value }]), 'commit')
      }
      assert.equal(await read(storage, key), 'old')
      const largest = new Uint8Array(MAX_VALUE_BYTES).fill(7)
      assert.equal(await storage.set(key, largest), true)
      const got = (await storage.take(key))?.value
      assert.ok(got !== undefined && Buffer.compare(got, largest) === 0)
    },
  },
  {
    name: 'a batch is refused with more than 100 writes, two of one key, or what is no write',
    async run({ storage, own }) {
      const value = bytes('value')
      const write = (name: string): Write => ({ kind: 'set', key: own(name), value })
      const wrong: readonly (readonly unknown[])[] = [
        Array.from({ length: 101 }, (_, index) => write(`${index}`)),
        [write('a'), write('b'), write('a')],
        [write('a'), { kind: 'delete', key: own('a') }],
        [write('a'), { kind: 'replace', key: own('b'), value }],
        [write('a'), { ...write('b'), if: 'present' }],
        [write('a'), { ...write('b'), if: { version: 1 } }],
      ]
      for (const [index, writes] of wrong.entries()) {
        await refusesInput(() => storage.commit(writes as readonly Write[]), `batch ${index}`)
      }
      assert.deepEqual(await collect(storage.list(own(''))), [])
    },
  },
]

function callsWith(storage: Storage, text: string): Record<string, () => Promise<unknown>> {
  const value = bytes('value')
  return {
    get: () => storage.get(text),
    set: () => storage.set(text, value),
    take: () => storage.take(text),
    compareAndSwap: () => storage.compareAndSwap(text, '1', value),
    'commit of a set': () => storage.commit([{ kind: 'set', key: text, value }]),
    'commit of a delete': () => storage.commit([{ kind: 'delete', key: text }]),
    delete: () => storage.delete(text),
    lock: () => storage.lock(text, 60),
    listByTag: () => collect(storage.listByTag(text)),
    deleteByTag: () => storage.deleteByTag(text),
    'set with a tag': () => storage.set('tagged', value, { tags: ['fine', text] }),
  }
}

/** By every way to write, and nothing is written. */
async function refusesWriteOptions(
  storage: Storage,
  key: string,
  options: WriteOptions,
): Promise<void> {
  const value = bytes('value')
  await refusesInput(() => storage.set(key, value, options), 'set')
  await refusesInput(() => storage.set(key, value, { ...options, ifAbsent: true }), 'ifAbsent')
  await refusesInput(() => storage.compareAndSwap(key, '1', value, options), 'compareAndSwap')
  await refusesInput(() => storage.commit([{ kind: 'set', key, value, ...options }]), 'commit')
  assert.equal(await storage.get(key), undefined)
}
