import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { createRandom } from '../random.ts'
import type { Line, Orders } from './orders.ts'

/**
 * A process that is there to be killed; started by `start-worker.ts`. It loads what its stores need,
 * says that it is ready, waits for `go`, opens them as any process does that starts, and writes
 * until its end. Its ledger is standard output, which the parent holds: what is written there
 * synchronously is there before anything else happens, and stays when this process is killed.
 */

const [orders] = (await once(process, 'message')) as [Orders]
const [{ runSlot }, { openPlace }] = await Promise.all([
  import('./slot.ts'),
  import('../places.ts'),
  ...orders.places.map(({ url }) => loadWhatIsNeeded(url)),
])
// A process that is killed does not come to keep what it has compiled.
flushCompileCache()
process.send?.('ready')
await once(process, 'message')

const note = (line: Line): void => void writeSync(1, `${JSON.stringify(line)}\n`)
const slots = Array.from({ length: orders.slots }, (_, slot) => slot)
await Promise.all(
  orders.places.map(async (at, place) => {
    const storage = await openPlace(at)
    const running = slots.map((slot) => {
      const random = createRandom(orders.seed + place * 1_000 + slot)
      return runSlot({ storage, place, slot, name: orders.name, random, note })
    })
    await Promise.all(running)
  }),
)
process.disconnect()

/** So that the time before the first operation is short. */
async function loadWhatIsNeeded(url: string): Promise<void> {
  if (url.startsWith('sqlite:')) await import('../../../src/storage/sqlite.ts')
  if (url.startsWith('redis:')) {
    await Promise.all([import('../../../src/storage/redis.ts'), import('ioredis')])
  }
  if (url.startsWith('postgres:')) {
    await Promise.all([import('../../../src/storage/postgres.ts'), import('pg')])
  }
}
