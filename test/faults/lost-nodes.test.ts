import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { type OpenStorageOptions, openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { bytes } from '../../src/testing/storage-contract/world.ts'
import { openOutageProxy } from '../contract/outage-proxy.ts'
import { missingService, POSTGRES, POSTGRES_URL, REDIS, REDIS_URL } from '../contract/services.ts'
import { cleanUp } from './clean-up.ts'

const NAME = `nodes_${randomUUID().replaceAll('-', '')}`
const missing = (await missingService('Redis')) || (await missingService('PostgreSQL'))
const NOT_READY_MILLISECONDS = 5_000
/** The rest is what a busy machine may add. */
const options: OpenStorageOptions = { prefix: NAME, schema: NAME, timeoutSeconds: 2 }
const UNAVAILABLE = { code: 'ERR_STORAGE_UNAVAILABLE', retryable: true }
const STORES = [
  ['Redis', REDIS, REDIS_URL],
  ['PostgreSQL', POSTGRES, POSTGRES_URL],
] as const

describe.skipIf(missing !== '')(
  `SEC-367 nodes that lose the network to the store${missing}`,
  () => {
    afterAll(() => cleanUp(NAME))

    const cases = STORES.flatMap(([name, target, url]) =>
      (['cut', 'stall'] as const).map((outage) => [name, outage, target, url] as const),
    )
    test.each(cases)(
      'are not ready within 5 s, and answer nothing wrong (%s, %s)',
      { timeout: 60_000 },
      async (_name, outage, target, url) => {
        const proxy = await openOutageProxy(target)
        const lostUrl = url.replace(`:${target.port}`, `:${proxy.port}`)
        const open = (at: string) => openStorage(at, options)
        const lost = await Promise.all([open(lostUrl), open(lostUrl)])
        const connected = await Promise.all([open(url), open(url)])
        const all = [...lost, ...connected]
        try {
          await connected[0].set('state', bytes('before'))
          await connected[0].set('code', bytes('code'))
          for (const node of all) expect(await stateOf(node)).toBe('before')
          await proxy[outage]()
          await Promise.all(lost.map(expectNotReady))
          await Promise.all(connected.map((node) => node.check()))
          await connected[0].set('state', bytes('after'))
          expect(await connected[1].take('code')).toBeDefined()
          const calls = lost.flatMap((node) => [node.get('state'), node.take('code')])
          for (const outcome of await Promise.allSettled(calls)) {
            expect(outcome).toMatchObject({ status: 'rejected', reason: UNAVAILABLE })
          }
          for (const node of connected) expect(await stateOf(node)).toBe('after')
          await proxy.restore()
          for (const node of lost) {
            const state = () => stateOf(node).catch(() => 'failed')
            await expect.poll(state).toBe('after')
            expect(await node.take('code')).toBeUndefined()
          }
          await connected[0].delete('state')
        } finally {
          await proxy.restore()
          await Promise.all(all.map((node) => node.close()))
          await proxy.close()
        }
      },
    )
  },
)

async function expectNotReady(node: Storage): Promise<void> {
  const startedAt = performance.now()
  await expect(node.check()).rejects.toMatchObject(UNAVAILABLE)
  expect(performance.now() - startedAt).toBeLessThan(NOT_READY_MILLISECONDS)
}

async function stateOf(node: Storage): Promise<string> {
  return Buffer.from((await node.get('state'))?.value ?? []).toString()
}
