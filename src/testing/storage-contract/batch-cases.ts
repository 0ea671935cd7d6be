import assert from 'node:assert/strict'
import type { Write } from '../../storage/index.ts'
import {
  bytes,
  type ContractCase,
  type ContractWorld,
  collect,
  put,
  read,
  versionOf,
} from './world.ts'

/** Batches of conditional writes: all or nothing. */
export const batchCases: readonly ContractCase[] = [
  {
    name: 'a batch whose conditions hold is done whole',
    async run({ storage, other, own, now }) {
      const replaced = await put(storage, own('replaced'), 'old', { tags: [own('old tag')] })
      const deleted = await put(storage, own('deleted'), 'old')
      await put(storage, own('dropped'), 'old')
      const value = bytes('new')
      const options = { ttlSeconds: 3_600, tags: [own('tag'), own('second tag')] }
      const isDone = await storage.commit([
        { kind: 'set', key: own('added'), value, if: 'absent', ...options },
        { kind: 'set', key: own('replaced'), value, if: { version: replaced } },
        { kind: 'set', key: own('written'), value, if: 'any' },
        { kind: 'delete', key: own('deleted'), if: { version: deleted } },
        { kind: 'delete', key: own('dropped') },
        { kind: 'delete', key: own('missing') },
        { kind: 'delete', key: own('missing too'), if: 'absent' },
      ])
      assert.equal(isDone, true)
      const present = ['added', 'replaced', 'written'].map(own)
      assert.deepEqual(await collect(other.list(own(''))), present)
      for (const key of present) assert.equal(await read(other, key), 'new')
      assert.deepEqual(await collect(other.listByTag(own('tag'))), [own('added')])
      assert.deepEqual(await collect(other.listByTag(own('second tag'))), [own('added')])
      assert.deepEqual(await collect(other.listByTag(own('old tag'))), [])
      const expiresAt = (await other.get(own('added')))?.expiresAt ?? 0
      assert.ok(Math.abs(expiresAt - now() - 3_600) <= 2)
      assert.equal((await other.get(own('replaced')))?.expiresAt, undefined)
    },
  },
  {
    name: 'a batch of which one condition does not hold changes nothing, wherever it stands',
    async run(world) {
      const { storage, own } = world
      const version = await put(storage, own('there'), 'old', {
        ttlSeconds: 60,
        tags: [own('tag')],
      })
      await put(storage, own('gone'), 'old')
      const gone = await versionOf(storage, own('gone'))
      await storage.delete(own('gone'))
      await put(storage, own('kept'), 'old', { tags: [own('tag')] })
      const value = bytes('new')
      const refused: readonly Write[] = [
        { kind: 'set', key: own('there'), value, if: 'absent' },
        { kind: 'set', key: own('there'), value, if: { version: gone } },
        { kind: 'set', key: own('there'), value, if: { version: `${version}0` } },
        { kind: 'set', key: own('gone'), value, if: { version: gone } },
        { kind: 'set', key: own('gone'), value, if: { version: '' } },
        { kind: 'delete', key: own('there'), if: { version: gone } },
        { kind: 'delete', key: own('there'), if: 'absent' },
        { kind: 'delete', key: own('gone'), if: { version: gone } },
      ]
      for (const write of refused) await changesNothing(world, write)
    },
  },
  {
    name: 'every write of a batch has the version that is read afterwards',
    async run({ storage, own }) {
      const keys = ['a', 'b', 'c'].map(own)
      const write = (text: string): Promise<boolean> =>
        storage.commit(keys.map((key) => ({ kind: 'set', key, value: bytes(text) })))
      await write('first')
      const first = await Promise.all(keys.map((key) => versionOf(storage, key)))
      await write('second')
      for (const [index, key] of keys.entries()) {
        assert.equal(await storage.compareAndSwap(key, first[index] ?? '', bytes('late')), false)
        const version = await versionOf(storage, key)
        assert.equal(await storage.compareAndSwap(key, version, bytes('third')), true)
      }
    },
  },
  {
    name: 'a batch of nothing is done, and one of 100 writes too',
    async run({ storage, own }) {
      assert.equal(await storage.commit([]), true)
      const writes = Array.from({ length: 100 }, (_, index): Write => {
        const tags = [own('all'), own(`${index % 10}`)]
        return { kind: 'set', key: own(`${index}`), value: bytes(`${index}`), tags }
      })
      assert.equal(await storage.commit(writes), true)
      assert.equal((await collect(storage.list(own('')))).length, 100)
      assert.equal((await collect(storage.listByTag(own('3')))).length, 10)
      assert.equal(await storage.deleteByTag(own('all')), 100)
    },
  },
]

/** Puts the write at the beginning, the middle and the end of a batch that is fine without it. */
async function changesNothing({ storage, other, own }: ContractWorld, write: Write): Promise<void> {
  const value = bytes('new')
  const before: Write = { kind: 'set', key: own('kept'), value, ttlSeconds: 1 }
  const after: Write = { kind: 'set', key: own('added'), value, tags: [own('tag')] }
  const batches = [
    [write, before, after],
    [before, write, after],
    [before, after, write],
    [{ kind: 'delete', key: own('kept') } as const, write],
  ]
  const snapshot = async (): Promise<unknown> => ({
    there: await other.get(own('there')),
    kept: await other.get(own('kept')),
    keys: await collect(other.list(own(''))),
    tagged: await collect(other.listByTag(own('tag'))),
  })
  const earlier = await snapshot()
  for (const batch of batches) assert.equal(await storage.commit(batch), false)
  assert.deepEqual(await snapshot(), earlier)
}
