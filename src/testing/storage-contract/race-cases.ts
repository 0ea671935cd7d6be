import assert from 'node:assert/strict'
import type { Storage } from '../../storage/index.ts'
import { atOnce, bytes, type ContractCase, collect, put, read, textOf } from './world.ts'

/** Callers at the same moment, through both connections: exactly one of them wins. */
export const raceCases: readonly ContractCase[] = [
  {
    name: 'SEC-280 of 100 callers that take a record, one gets it',
    async run({ storage, other, own }) {
      const key = own('key')
      await put(storage, key, 'value')
      const taken = await atOnce(100, (index) => pick(storage, other, index).take(key))
      assert.equal(taken.filter((record) => record !== undefined).length, 1)
    },
  },
  {
    name: 'of 100 callers that write where there is nothing, one does',
    async run({ storage, other, own }) {
      const key = own('key')
      const written = await atOnce(100, (index) =>
        pick(storage, other, index).set(key, bytes(`${index}`), { ifAbsent: true }),
      )
      assertOneWinner(written)
      assert.equal(await read(storage, key), `${written.indexOf(true)}`)
    },
  },
  {
    name: 'SEC-279 of 50 callers that swap one version, one does',
    async run({ storage, other, own }) {
      const key = own('key')
      const version = await put(storage, key, 'old')
      const swapped = await atOnce(50, (index) =>
        pick(storage, other, index).compareAndSwap(key, version, bytes(`${index}`)),
      )
      assertOneWinner(swapped)
      assert.equal(await read(other, key), `${swapped.indexOf(true)}`)
    },
  },
  {
    name: 'SEC-279 a loser that tries again on fresh data loses no update',
    async run({ storage, other, own }) {
      const key = own('key')
      await put(storage, key, '0')
      await atOnce(10, async (index) => {
        const via = pick(storage, other, index)
        for (let done = 0; done < 5; ) if (await increment(via, key)) done += 1
      })
      assert.equal(await read(storage, key), '50')
    },
  },
  {
    name: 'take and compareAndSwap at once: the swap is taken, or it did not happen',
    async run({ storage, other, own }) {
      for (let round = 0; round < 20; round += 1) {
        const key = own(`${round}`)
        const version = await put(storage, key, 'old')
        const value = bytes('new')
        // Whoever is called first has no better chance on every store, so both orders are tried.
        const early = round % 2 === 0 ? other.take(key) : undefined
        const swapping = storage.compareAndSwap(key, version, value)
        const [taken, isSwapped] = await Promise.all([early ?? other.take(key), swapping])
        assert.ok(taken)
        assert.equal(textOf(taken), isSwapped ? 'new' : 'old')
        assert.equal(await storage.get(key), undefined)
      }
    },
  },
  {
    name: 'of 20 batches that need the same absent key, one is done, and it is done whole',
    async run({ storage, other, own }) {
      const key = own('wanted')
      const done = await atOnce(20, (index) => {
        const value = bytes(`${index}`)
        const also = { kind: 'set', key: own('also'), value } as const
        const wanted = { kind: 'set', key, value, if: 'absent' } as const
        const writes = index % 2 === 0 ? [also, wanted] : [wanted, also]
        return pick(storage, other, index).commit(writes)
      })
      assertOneWinner(done)
      assert.equal(await read(storage, key), `${done.indexOf(true)}`)
      assert.equal(await read(storage, own('also')), `${done.indexOf(true)}`)
    },
  },
  {
    name: 'batches over the same keys in opposite order do not mix',
    async run({ storage, other, own }) {
      const keys = ['a', 'b', 'c', 'd', 'e'].map(own)
      await atOnce(30, async (index) => {
        const inOrder = index % 2 === 0 ? keys : keys.toReversed()
        const value = bytes(`${index}`)
        const writes = inOrder.map((key) => ({ kind: 'set', key, value }) as const)
        assert.equal(await pick(storage, other, index).commit(writes), true)
      })
      const values = await Promise.all(keys.map((key) => read(storage, key)))
      assert.equal(new Set(values).size, 1)
    },
  },
  {
    name: 'two deletions by one tag count every record once',
    async run({ storage, other, own }) {
      const tag = own('tag')
      await atOnce(40, (index) => put(storage, own(`${index}`), 'value', { tags: [tag] }))
      const [first, second] = await Promise.all([storage.deleteByTag(tag), other.deleteByTag(tag)])
      assert.equal(first + second, 40)
      assert.deepEqual(await collect(storage.listByTag(tag)), [])
    },
  },
  {
    name: 'of 50 callers that want a lock, one gets it',
    async run({ storage, other, own }) {
      const locks = await atOnce(50, (index) => pick(storage, other, index).lock(own('lock'), 60))
      assert.equal(locks.filter((lock) => lock !== undefined).length, 1)
    },
  },
]

function pick(storage: Storage, other: Storage, index: number): Storage {
  return index % 2 === 0 ? storage : other
}

function assertOneWinner(results: readonly boolean[]): void {
  assert.equal(results.filter(Boolean).length, 1)
}

async function increment(storage: Storage, key: string): Promise<boolean> {
  const record = await storage.get(key)
  assert.ok(record)
  const next = Number(textOf(record)) + 1
  return storage.compareAndSwap(key, record.version, bytes(`${next}`))
}
