import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { bytes, read } from '../../src/testing/storage-contract/world.ts'
import { forkProcess } from '../contract/fork-process.ts'
import { missingService, POSTGRES_URL, REDIS_URL } from '../contract/services.ts'
import { createTestFolder } from '../contract/test-folder.ts'
import { cleanUp } from './clean-up.ts'
import type { LateOutcome } from './lock-holder.ts'
import { openPlace, type Place } from './places.ts'

const NAME = `paused_${randomUUID().replaceAll('-', '')}`
const options = { prefix: NAME, schema: NAME, timeoutSeconds: 20 }
const folder = createTestFolder()
const noRedis = await missingService('Redis')
const noPostgres = await missingService('PostgreSQL')
vi.setConfig({ testTimeout: 60_000 })

describe('SEC-361 a lock holder that was paused for longer than its lock lives', () => {
  afterAll(() => cleanUp(NAME))

  test('in SQLite, its late write loses', () =>
    expectLateWriteToLose({ url: `sqlite:${folder.file('paused.db')}`, options }))

  test.skipIf(noRedis !== '')(`in Redis, its late write loses${noRedis}`, () =>
    expectLateWriteToLose({ url: REDIS_URL, options }),
  )

  test.skipIf(noPostgres !== '')(`in PostgreSQL, its late write loses${noPostgres}`, () =>
    expectLateWriteToLose({ url: POSTGRES_URL, options }),
  )
})

async function expectLateWriteToLose(place: Place): Promise<void> {
  const storage = await openPlace(place)
  await storage.set('state', bytes('before'))
  const holder = forkProcess(join(import.meta.dirname, 'lock-holder.ts'))
  try {
    holder.send(place)
    const [fence] = (await once(holder, 'message')) as [number]
    holder.kill('SIGSTOP')
    // It is told now, so that it goes on the moment that it can.
    holder.send('write')
    let lock = await storage.lock('job', 60)
    while (lock === undefined) lock = await storage.lock('job', 60)
    expect(lock.fence).toBeGreaterThan(fence)
    const { version = '' } = (await storage.get('state')) ?? {}
    expect(await storage.compareAndSwap('state', version, bytes('after'))).toBe(true)
    const outcome = once(holder, 'message')
    holder.kill('SIGCONT')
    const lost: LateOutcome = { isWritten: false, isExtended: false, isReleased: false }
    expect((await outcome)[0]).toEqual(lost)
    expect(await read(storage, 'state')).toBe('after')
    expect(await lock.release()).toBe(true)
  } finally {
    holder.kill('SIGKILL')
    await storage.delete('state')
    await storage.close()
  }
}
