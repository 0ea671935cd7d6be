import assert from 'node:assert/strict'
import { bytes, type ContractCase, collect, put, read, versionOf } from './world.ts'

const VALUES: Readonly<Record<string, Uint8Array>> = {
  'no bytes': new Uint8Array(),
  'one NUL': new Uint8Array([0]),
  'every byte': Uint8Array.from({ length: 256 }, (_, index) => index),
  'what is no UTF-8': new Uint8Array([0xff, 0xfe, 0xc3, 0x28, 0xed, 0xa0, 0x80]),
  'what looks like text': bytes("'; DROP TABLE records; -- \r\n$3\r\nfoo\\x00"),
  'a part of a larger buffer': new Uint8Array([1, 2, 3, 4, 5, 6]).subarray(2, 4),
  '1 MiB': Uint8Array.from({ length: 1_048_576 }, (_, index) => (index * 31) % 251),
}
/** Versions that nothing was ever written with. */
const FOREIGN_VERSIONS = ['', '0', '-1', 'x', '%', "1' OR '1'='1", '9'.repeat(40), ' 1', '1e3']

/** Single records: what is written, read, replaced and deleted. */
export const recordCases: readonly ContractCase[] = [
  {
    name: 'what was never written is not there',
    async run({ storage, own }) {
      const key = own('never')
      assert.equal(await storage.get(key), undefined)
      assert.equal(await storage.take(key), undefined)
      assert.equal(await storage.delete(key), false)
      assert.equal(await storage.compareAndSwap(key, '1', bytes('new')), false)
      assert.deepEqual(await collect(storage.list(key)), [])
      assert.deepEqual(await collect(storage.listByTag(key)), [])
      assert.equal(await storage.deleteByTag(key), 0)
      assert.equal(await storage.get(key), undefined)
    },
  },
  {
    name: 'bytes come back as they were written, by every way to write them',
    async run({ storage, other, own }) {
      for (const [name, value] of Object.entries(VALUES)) {
        const key = own(name)
        assert.equal(await storage.set(key, value), true)
        const record = await other.get(key)
        assert.ok(record, name)
        assertSameBytes(record.value, value, name)
        assert.equal(await storage.compareAndSwap(key, record.version, value), true)
        assertSameBytes((await other.take(key))?.value, value, name)
        assert.equal(await storage.commit([{ kind: 'set', key, value }]), true)
        assertSameBytes((await other.get(key))?.value, value, name)
      }
    },
  },
  {
    name: 'a write replaces the value, and a delete removes it once',
    async run({ storage, other, own }) {
      const key = own('key')
      await put(storage, key, 'first')
      await put(storage, key, 'second')
      assert.equal(await read(other, key), 'second')
      assert.equal(await storage.delete(key), true)
      assert.equal(await other.delete(key), false)
      assert.equal(await read(other, key), undefined)
    },
  },
  {
    name: 'a read changes nothing, and every write the version',
    async run({ storage, own }) {
      const key = own('key')
      const seen = [await put(storage, key, 'same'), await put(storage, key, 'same')]
      assert.equal(await versionOf(storage, key), seen[1])
      assert.equal(await storage.compareAndSwap(key, seen[1] ?? '', bytes('same')), true)
      seen.push(await versionOf(storage, key))
      assert.equal(await storage.commit([{ kind: 'set', key, value: bytes('same') }]), true)
      seen.push(await versionOf(storage, key))
      assert.equal(new Set(seen).size, 4)
    },
  },
  {
    name: 'a version is never used again, however the record has gone (ABA)',
    async run({ storage, own }) {
      const key = own('key')
      const goings = [
        () => storage.delete(key),
        () => storage.take(key),
        () => storage.deleteByTag(own('tag')),
        () => storage.commit([{ kind: 'delete', key }]),
      ]
      const seen: string[] = []
      for (const goAway of [...goings, ...goings]) {
        seen.push(await put(storage, key, 'same', { tags: [own('tag')] }))
        await goAway()
        assert.equal(await storage.get(key), undefined)
      }
      await put(storage, key, 'same')
      for (const version of seen) {
        assert.equal(await storage.compareAndSwap(key, version, bytes('late')), false)
      }
      assert.equal(new Set([...seen, await versionOf(storage, key)]).size, seen.length + 1)
    },
  },
  {
    name: 'ifAbsent writes only where there is nothing, and changes nothing where there is something',
    async run({ storage, own }) {
      const [key, tag, otherTag] = [own('key'), own('tag'), own('other tag')]
      const first = { ifAbsent: true, tags: [tag] }
      assert.equal(await storage.set(key, bytes('first'), first), true)
      const before = await storage.get(key)
      const second = { ifAbsent: true, tags: [otherTag], ttlSeconds: 60 }
      assert.equal(await storage.set(key, bytes('second'), second), false)
      assert.deepEqual(await storage.get(key), before)
      assert.deepEqual(await collect(storage.listByTag(otherTag)), [])
      assert.equal(await storage.set(key, bytes('third'), { ifAbsent: false }), true)
      assert.equal(await read(storage, key), 'third')
      await storage.delete(key)
      assert.equal(await storage.set(key, bytes('fourth'), { ifAbsent: true }), true)
    },
  },
  {
    name: 'take gives what get would have given, once',
    async run({ storage, other, own }) {
      const key = own('key')
      await put(storage, key, 'value', { ttlSeconds: 60, tags: [own('tag')] })
      const record = await storage.get(key)
      assert.deepEqual(await other.take(key), record)
      assert.equal(await storage.take(key), undefined)
      assert.equal(await storage.get(key), undefined)
      assert.equal(await storage.delete(key), false)
    },
  },
  {
    name: 'compareAndSwap writes only over the version it was given',
    async run({ storage, other, own }) {
      const key = own('key')
      const first = await put(storage, key, 'first')
      assert.equal(await storage.compareAndSwap(key, first, bytes('second')), true)
      const before = await storage.get(key)
      const foreign = FOREIGN_VERSIONS.filter((version) => version !== before?.version)
      for (const version of [first, ...foreign]) {
        const options = { ttlSeconds: 60, tags: [own('tag')] }
        const isWritten = await storage.compareAndSwap(key, version, bytes('late'), options)
        assert.equal(isWritten, false, `version ${version}`)
      }
      assert.deepEqual(await other.get(key), before)
      assert.deepEqual(await collect(storage.listByTag(own('tag'))), [])
      assert.equal(await storage.compareAndSwap(own('none'), first, bytes('late')), false)
      assert.equal(await storage.get(own('none')), undefined)
    },
  },
  {
    name: 'the bytes of the caller stay the caller’s',
    async run({ storage, own }) {
      const [key, batched] = [own('key'), own('batched')]
      for (const given of [bytes('value'), Buffer.from('value')]) {
        await storage.set(key, given)
        await storage.commit([{ kind: 'set', key: batched, value: given }])
        given.fill(0)
        const got = await storage.get(key)
        got?.value.fill(0)
        assert.equal(await read(storage, key), 'value')
        assert.equal(await read(storage, batched), 'value')
      }
      const version = await versionOf(storage, key)
      const swapped = bytes('swapped')
      await storage.compareAndSwap(key, version, swapped)
      swapped.fill(0)
      assert.equal(await read(storage, key), 'swapped')
    },
  },
  {
    name: 'says how durable it is, and that it can be reached',
    async run({ storage }) {
      assert.ok(['durable', 'shared', 'process'].includes(storage.durability))
      assert.equal(await storage.check(), undefined)
    },
  },
]

function assertSameBytes(actual: Uint8Array | undefined, expected: Uint8Array, name: string): void {
  assert.ok(actual instanceof Uint8Array, `${name} is a Uint8Array`)
  assert.ok(Buffer.compare(actual, expected) === 0, `${name} is the same`)
}
