import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, test } from 'vitest'
import { createGuardedFetch } from '../../src/outbound/index.ts'
import { usedBytes } from '../unit/runtime/used-bytes.ts'

test('SEC-183 a fetch that is over keeps nothing of the request that it was for', async () => {
  const fetch = createGuardedFetch({
    lookup: async () => ['10.0.0.1'],
    timeoutMilliseconds: 600_000,
    failureBucketMilliseconds: 1,
  })
  const requests = new AsyncLocalStorage<readonly number[]>()
  const fetchFor = (index: number) =>
    requests.run(
      Array.from({ length: 20_000 }, () => index),
      () => fetch(`https://c${index}.example.com/`),
    )
  expect(await fetchFor(0)).toEqual({ kind: 'refused', reason: 'address' })
  const before = usedBytes()
  for (let index = 0; index < 200; index += 1) await fetchFor(index)
  expect(usedBytes() - before).toBeLessThan(10_000_000)
})
