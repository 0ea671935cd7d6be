import assert from 'node:assert/strict'
import type { Lock, Storage } from '../../storage/index.ts'
import { type ContractCase, collect, put, read } from './world.ts'

/** Locks: one holder at a time, and none that holds on after its time. */
export const lockCases: readonly ContractCase[] = [
  {
    name: 'a lock has one holder until it is released',
    async run({ storage, other, own }) {
      const lock = await hold(storage, own('lock'))
      assert.equal(await storage.lock(own('lock'), 60), undefined)
      assert.equal(await other.lock(own('lock'), 60), undefined)
      await hold(other, own('another'))
      assert.equal(await lock.release(), true)
      assert.equal(await lock.release(), false)
      assert.equal(await lock.extend(60), false)
      await hold(other, own('lock'))
    },
  },
  {
    name: 'the fence grows with every holder',
    async run({ storage, other, own, pass }) {
      const fences: number[] = []
      for (let round = 0; round < 5; round += 1) {
        const lock = await hold(round % 2 === 0 ? storage : other, own('lock'))
        fences.push(lock.fence)
        await lock.release()
      }
      fences.push((await hold(storage, own('lock'), 1)).fence)
      await pass(1)
      fences.push((await hold(other, own('lock'))).fence)
      assert.ok(fences.every(Number.isSafeInteger))
      assert.deepEqual(
        fences,
        [...new Set(fences)].toSorted((one, two) => one - two),
      )
    },
  },
  {
    name: 'a holder whose time is over can neither extend nor release, and does not disturb the next',
    async run({ storage, other, own, pass }) {
      const first = await hold(storage, own('lock'), 1)
      const abandoned = await hold(storage, own('abandoned'), 1)
      await pass(1)
      const second = await hold(other, own('lock'))
      assert.ok(second.fence > first.fence)
      assert.equal(await first.extend(60), false)
      assert.equal(await first.release(), false)
      assert.equal(await storage.lock(own('lock'), 60), undefined)
      assert.equal(await second.extend(60), true)
      assert.equal(await second.release(), true)
      assert.equal(await abandoned.extend(60), false)
      assert.equal(await abandoned.release(), false)
      await hold(other, own('abandoned'))
    },
  },
  {
    name: 'a lock that is extended is held for longer',
    async run({ storage, other, own, pass }) {
      const lock = await hold(storage, own('lock'), 2)
      assert.equal(await lock.extend(60), true)
      await pass(2)
      assert.equal(await other.lock(own('lock'), 60), undefined)
      assert.equal(await lock.release(), true)
      const brief = await hold(other, own('lock'))
      assert.ok(brief.fence > lock.fence)
    },
  },
  {
    name: 'locks and records of one name have nothing to do with each other',
    async run({ storage, own }) {
      const name = own('name')
      await put(storage, name, 'value', { tags: [name] })
      const lock = await hold(storage, name)
      assert.equal(await read(storage, name), 'value')
      assert.deepEqual(await collect(storage.list(name)), [name])
      assert.deepEqual(await collect(storage.listByTag(name)), [name])
      assert.equal(await storage.delete(name), true)
      assert.equal(await storage.lock(name, 60), undefined)
      await put(storage, name, 'value')
      assert.equal(await lock.release(), true)
      assert.equal(await read(storage, name), 'value')
    },
  },
]

async function hold(storage: Storage, name: string, ttlSeconds = 60): Promise<Lock> {
  const lock = await storage.lock(name, ttlSeconds)
  assert.ok(lock, 'the lock is free')
  return lock
}
