import assert from 'node:assert/strict'
import { bytes, type ContractCase, collect, put, read, versionOf } from './world.ts'

/** Lifetimes: who expires, who does not, and that whoever has expired is not there. */
export const expiryCases: readonly ContractCase[] = [
  {
    name: 'expiresAt says when a record will have expired, in whole seconds',
    async run({ storage, own, now }) {
      const key = own('key')
      await put(storage, key, 'value', { ttlSeconds: 3_600 })
      const { expiresAt } = (await storage.get(key)) ?? {}
      assert.ok(Number.isInteger(expiresAt))
      assert.ok(Math.abs((expiresAt ?? 0) - now() - 3_600) <= 2, `${expiresAt} is in an hour`)
      await put(storage, key, 'value', { ttlSeconds: 3_155_760_000 })
      assert.ok(((await storage.get(key))?.expiresAt ?? 0) > now() + 3_155_750_000)
      await put(storage, key, 'value')
      assert.deepEqual((await storage.get(key))?.expiresAt, undefined)
    },
  },
  {
    name: 'a record is there until it expires, and then for no method',
    async run({ storage, other, own, pass }) {
      const [key, tag] = [own('key'), own('tag')]
      const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
      const [got, taken, deleted, swapped, expected, renewed, added] = names.map(
        (name) => key + name,
      ) as [string, string, string, string, string, string, string]
      const versions = await Promise.all(
        names.map((name) => put(storage, key + name, 'old', { ttlSeconds: 2, tags: [tag] })),
      )
      await put(storage, own('long'), 'long', { ttlSeconds: 60, tags: [tag] })
      assert.equal((await collect(other.list(key))).length, 7)
      await pass(2)
      const [value, version] = [bytes('new'), versions[0] ?? '']
      assert.equal(await other.get(got), undefined)
      assert.deepEqual(await collect(other.list(key)), [])
      assert.deepEqual(await collect(other.listByTag(tag)), [own('long')])
      assert.equal(await storage.take(taken), undefined)
      assert.equal(await storage.delete(deleted), false)
      assert.equal(await storage.compareAndSwap(swapped, versions[3] ?? '', value), false)
      const asExpected = { kind: 'set', key: expected, value, if: { version } } as const
      assert.equal(await storage.commit([asExpected]), false)
      const condition = { version: versions[5] ?? '' }
      assert.equal(await storage.commit([{ kind: 'delete', key: renewed, if: condition }]), false)
      assert.equal(await storage.commit([{ kind: 'set', key: renewed, value, if: 'absent' }]), true)
      assert.equal(await storage.set(added, value, { ifAbsent: true }), true)
      assert.equal(await storage.deleteByTag(tag), 1)
      assert.deepEqual(await collect(other.list(key)), [renewed, added])
    },
  },
  {
    name: 'SEC-283 a write without a lifetime makes a record stay, and one with a lifetime makes it expire',
    async run({ storage, own, pass }) {
      const short = { ttlSeconds: 1 }
      for (const name of ['set', 'swapped', 'committed', 'longer']) {
        await put(storage, own(name), 'old', short)
      }
      await put(storage, own('set'), 'new')
      const swappable = await versionOf(storage, own('swapped'))
      assert.equal(await storage.compareAndSwap(own('swapped'), swappable, bytes('new')), true)
      await storage.commit([{ kind: 'set', key: own('committed'), value: bytes('new') }])
      await put(storage, own('longer'), 'new', { ttlSeconds: 60 })
      await put(storage, own('shorter'), 'old')
      await put(storage, own('shorter'), 'new', short)
      await pass(1)
      for (const name of ['set', 'swapped', 'committed', 'longer']) {
        assert.equal(await read(storage, own(name)), 'new', name)
      }
      assert.equal(await read(storage, own('shorter')), undefined)
    },
  },
  {
    name: 'SEC-283 a write that does not happen leaves the lifetime as it was',
    async run({ storage, own, pass }) {
      const [key, longer] = [own('key'), { ttlSeconds: 60 }]
      await put(storage, key, 'old', { ttlSeconds: 2 })
      const value = bytes('new')
      assert.equal(await storage.set(key, value, { ifAbsent: true, ...longer }), false)
      assert.equal(await storage.compareAndSwap(key, 'another', value, longer), false)
      const write = { kind: 'set', key, value, if: 'absent', ...longer } as const
      assert.equal(await storage.commit([write]), false)
      assert.equal(await read(storage, key), 'old')
      await pass(2)
      assert.equal(await storage.get(key), undefined)
    },
  },
  {
    name: 'the successor of an expired record shares neither version nor tags with it',
    async run({ storage, own, pass }) {
      const [key, tag] = [own('key'), own('tag')]
      const version = await put(storage, key, 'same', { ttlSeconds: 1, tags: [tag] })
      await pass(1)
      assert.equal(await storage.set(key, bytes('same'), { ifAbsent: true }), true)
      assert.notEqual(await versionOf(storage, key), version)
      assert.equal(await storage.compareAndSwap(key, version, bytes('late')), false)
      assert.deepEqual(await collect(storage.listByTag(tag)), [])
      assert.equal(await storage.deleteByTag(tag), 0)
      assert.equal(await read(storage, key), 'same')
    },
  },
]
