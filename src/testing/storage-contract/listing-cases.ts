import assert from 'node:assert/strict'
import type { Storage } from '../../storage/index.ts'
import { bytes, type ContractCase, collect, put, versionOf } from './world.ts'

/** What means something to LIKE, GLOB, Redis patterns, regular expressions, or to an order. */
const SPECIAL = [
  ...Array.from('%_*?[]^\\\'"`{}().$|+-~\u007f\n\t\u0001 :/#'),
  ...Array.from('éÿ\u07ff\u0800\ud7ff\ue000\uffff\ufffd😀ßİﬁ\u{10000}\u{10ffff}'),
  '[a-z]',
  '\r\n',
  'e\u0301',
  '\u{10ffff}\u{10ffff}',
]
const MANY = 1_500

/** Listing by prefix and by tag, and deleting by tag. */
export const listingCases: readonly ContractCase[] = [
  {
    name: 'list gives the keys that begin like this, and no others',
    async run({ storage, other, own }) {
      for (const name of ['a', 'ab', 'abc', 'b', 'A', 'Ab', 'a ', ' a']) {
        await put(storage, own(name), 'value')
      }
      assert.deepEqual(await collect(other.list(own('a'))), ['a', 'a ', 'ab', 'abc'].map(own))
      assert.deepEqual(await collect(other.list(own('ab'))), ['ab', 'abc'].map(own))
      assert.deepEqual(await collect(other.list(own('A'))), ['A', 'Ab'].map(own))
      assert.deepEqual(await collect(other.list(own('abcd'))), [])
      const all = await collect(other.list(''))
      assert.ok(['a', 'b', ' a'].every((name) => all.includes(own(name))))
    },
  },
  {
    name: 'nothing in a prefix has a meaning of its own',
    async run({ storage, own }) {
      const value = bytes('value')
      for (const text of ['x', 'e', 'é']) await storage.set(own(`${text}1`), value)
      for (const text of SPECIAL) await storage.set(own(`${text}1`), value)
      const keys = await collect(storage.list(own('')))
      assert.equal(keys.length, SPECIAL.length + 2)
      for (const text of [...SPECIAL, 'e', 'x']) {
        const expected = keys.filter((key) => key.startsWith(own(text)))
        assert.deepEqual(await collect(storage.list(own(text))), expected, JSON.stringify(text))
      }
    },
  },
  {
    name: `list gives each of ${MANY} keys once, and goes on while they are deleted`,
    async run({ storage, other, own }) {
      const keys = await putMany(storage, own)
      assert.deepEqual(await collect(storage.list(own('many'))), keys)
      let deleted = 0
      for await (const key of storage.list(own('many'))) {
        assert.equal(await other.delete(key), true)
        deleted += 1
      }
      assert.equal(deleted, MANY)
      assert.deepEqual(await collect(storage.list(own('many'))), [])
    },
  },
  {
    name: `listByTag gives each of ${MANY} keys once, and deleteByTag counts them`,
    async run({ storage, other, own }) {
      const keys = await putMany(storage, own)
      assert.deepEqual(await collect(other.listByTag(own('tag'))), keys)
      assert.equal(await storage.deleteByTag(own('tag')), MANY)
      assert.deepEqual(await collect(other.list(own('many'))), [])
    },
  },
  {
    name: 'a list that is left early does not stand in the way',
    async run({ storage, other, own }) {
      await putMany(storage, own)
      for (const listed of [storage.list(own('many')), storage.listByTag(own('tag'))]) {
        for await (const key of listed) {
          assert.ok(key.startsWith(own('many')))
          break
        }
        assert.equal(await other.set(own('after'), bytes('value')), true)
        assert.equal(await storage.delete(own('after')), true)
      }
    },
  },
  {
    name: 'a record is found by each of its tags, written as they are',
    async run({ storage, other, own }) {
      const tags = ['tag', 'Tag', 'tag ', 'té', 'te\u0301', '*', '%', 't'].map(own)
      for (const [index, tag] of tags.entries()) {
        await put(storage, own(`key ${index}`), 'value', { tags: [tag, own('every'), tag] })
      }
      for (const [index, tag] of tags.entries()) {
        assert.deepEqual(await collect(other.listByTag(tag)), [own(`key ${index}`)], tag)
      }
      assert.equal((await collect(other.listByTag(own('every')))).length, tags.length)
      assert.deepEqual(await collect(other.listByTag(own('ta'))), [])
      assert.equal(await storage.deleteByTag(own('*')), 1)
      assert.equal((await collect(other.listByTag(own('every')))).length, tags.length - 1)
    },
  },
  {
    name: 'every write replaces the tags, and what is gone has none',
    async run({ storage, own }) {
      const [key, tag, value] = [own('key'), own('tag'), bytes('value')]
      const changes = [
        () => storage.set(key, value),
        () => storage.set(key, value, { tags: [own('new tag')] }),
        async () => storage.compareAndSwap(key, await versionOf(storage, key), value),
        () => storage.commit([{ kind: 'set', key, value }]),
        () => storage.delete(key),
        () => storage.take(key),
        () => storage.commit([{ kind: 'delete', key }]),
        () => storage.deleteByTag(own('second tag')),
      ]
      for (const [index, change] of changes.entries()) {
        await storage.set(key, value, { tags: [tag, own('second tag')] })
        assert.deepEqual(await collect(storage.listByTag(tag)), [key])
        await change()
        assert.deepEqual(await collect(storage.listByTag(tag)), [], `change ${index}`)
        assert.equal(await storage.deleteByTag(tag), 0)
        assert.equal((await storage.get(key)) === undefined, index >= 4)
      }
      assert.deepEqual(await collect(storage.listByTag(own('new tag'))), [])
    },
  },
]

async function putMany(
  storage: Storage,
  own: (name: string) => string,
): Promise<readonly string[]> {
  const keys = Array.from({ length: MANY }, (_, index) => own(`many ${10_000 + index}`))
  for (let start = 0; start < keys.length; start += 100) {
    const batch = keys.slice(start, start + 100)
    const tags = [own('tag')]
    await storage.commit(batch.map((key) => ({ kind: 'set', key, value: bytes('value'), tags })))
  }
  return keys
}
