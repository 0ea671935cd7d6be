import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { expect } from 'vitest'
import { StorageError } from '../../src/errors/index.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { bytes, collect } from '../../src/testing/storage-contract/world.ts'
import { type OutageProxy, openOutageProxy } from './outage-proxy.ts'

export const TIMEOUT_SECONDS = 1
/** What a busy machine may add. */
const SLACK_MILLISECONDS = 500
const VALUE = bytes('value')

/** What happens when the way to a server is taken away. That the process survives is part of each. */
export function outageCases(
  target: { readonly host: string; readonly port: number },
  open: (port: number) => Storage,
): readonly { readonly name: string; readonly run: () => Promise<void> }[] {
  const withProxy = (run: (storage: Storage, proxy: OutageProxy) => Promise<void>) => async () => {
    const proxy = await openOutageProxy(target)
    const storage = open(proxy.port)
    try {
      await run(storage, proxy)
    } finally {
      await proxy.restore()
      await storage.close()
      await proxy.close()
    }
  }
  return [
    {
      name: 'a connection that is cut makes every method fail in time, and comes back by itself',
      run: withProxy(async (storage, proxy) => {
        await storage.set('kept', VALUE)
        await proxy.cut()
        await expectOutage(storage)
        await proxy.restore()
        await expectRecovery(storage)
      }),
    },
    {
      name: 'a server that does not answer any more makes every method fail in time too',
      run: withProxy(async (storage, proxy) => {
        await storage.set('kept', VALUE)
        proxy.stall()
        await expectOutage(storage)
        await proxy.restore()
        await expectRecovery(storage)
      }),
    },
    {
      name: 'a server that is not there at the start is connected to when it comes',
      run: withProxy(async (storage, proxy) => {
        await proxy.cut()
        await expectOutage(storage)
        await proxy.restore()
        await expect.poll(() => written(storage, 'kept')).toBe(true)
        await expectRecovery(storage)
      }),
    },
    {
      name: 'what was taken without an answer is an error, and not a record that somebody else has taken',
      run: withProxy(async (storage, proxy) => {
        await storage.set('taken', VALUE)
        proxy.silence()
        const taking = storage.take('taken').catch((error: unknown) => error)
        await sleep(200)
        await proxy.cut()
        await proxy.restore()
        expectUnavailable(await taking)
        await expect.poll(() => written(storage, 'kept')).toBe(true)
        await expectRecovery(storage)
        expect(await storage.get('taken')).toBeUndefined()
      }),
    },
    {
      name: 'calls that are under way when the connection is cut come to an end, and are done at most once',
      run: withProxy(async (storage, proxy) => {
        await storage.check()
        for (let round = 0; round < 5; round += 1) {
          await expectOneTaker(storage, proxy, `raced ${round}`)
        }
      }),
    },
  ]
}

/** Of the takers at the moment of the cut and afterwards, no two get the record. */
async function expectOneTaker(storage: Storage, proxy: OutageProxy, key: string): Promise<void> {
  await expect.poll(() => written(storage, key)).toBe(true)
  const takers = Array.from({ length: 20 }, () => storage.take(key))
  const cut = proxy.cut()
  const taken = await Promise.allSettled(takers)
  await cut
  await proxy.restore()
  await expect.poll(() => written(storage, 'after')).toBe(true)
  const late = await Promise.allSettled([storage.take(key)])
  const winners = [...taken, ...late].filter(
    (result) => result.status === 'fulfilled' && result.value !== undefined,
  )
  expect(winners.length).toBeLessThanOrEqual(1)
}

async function written(storage: Storage, key: string): Promise<boolean> {
  return storage.set(key, VALUE).catch(() => false)
}

async function expectOutage(storage: Storage): Promise<void> {
  const calls: readonly (() => Promise<unknown>)[] = [
    () => storage.get('kept'),
    () => storage.set('late', VALUE),
    () => storage.set('late', VALUE, { ifAbsent: true }),
    () => storage.take('kept'),
    () => storage.compareAndSwap('kept', '1', VALUE),
    () => storage.commit([{ kind: 'delete', key: 'kept' }]),
    () => storage.delete('kept'),
    () => collect(storage.list('')),
    () => collect(storage.listByTag('tag')),
    () => storage.deleteByTag('tag'),
    () => storage.lock('lock', 60),
    () => storage.check(),
  ]
  // Callers who come when it has been gone for a while are told at once.
  for (let round = 0; round < 2; round += 1) {
    const startedAt = performance.now()
    const errors = await Promise.all(calls.map((call) => call().catch((error: unknown) => error)))
    const took = performance.now() - startedAt
    expect(took).toBeLessThan(TIMEOUT_SECONDS * 1_000 + SLACK_MILLISECONDS)
    for (const error of errors) expectUnavailable(error)
  }
}

function expectUnavailable(error: unknown): void {
  expect(error).toBeInstanceOf(StorageError)
  expect(error).toMatchObject({ code: 'ERR_STORAGE_UNAVAILABLE', retryable: true })
  // The error, with its cause, is what an operator prints.
  expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/secret-password|kept|value/)
}

async function expectRecovery(storage: Storage): Promise<void> {
  const get = async (key: string) => storage.get(key).catch(() => 'failed')
  await expect.poll(() => get('kept')).toMatchObject({ value: VALUE })
  expect(await get('late')).toBeUndefined()
  expect(await storage.lock(randomUUID(), 60)).toBeDefined()
  await storage.check()
}
