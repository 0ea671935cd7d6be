import { once } from 'node:events'
import { openPlace, type Place } from './places.ts'

/**
 * A process that takes a lock, reads a record, says so, and writes when it is told to, however late
 * that is; started by `paused-holder.test.ts`.
 */

/** What became of its late write. */
export interface LateOutcome {
  readonly isWritten: boolean
  readonly isExtended: boolean
  readonly isReleased: boolean
}

const [place] = (await once(process, 'message')) as [Place]
const storage = await openPlace(place)
const lock = await storage.lock('job', 1)
const record = await storage.get('state')
process.send?.(lock?.fence)
await once(process, 'message')
const outcome: LateOutcome = {
  isWritten: await storage.compareAndSwap('state', record?.version ?? '', Buffer.from('late')),
  isExtended: (await lock?.extend(60)) ?? true,
  isReleased: (await lock?.release()) ?? true,
}
await storage.close()
process.send?.(outcome)
process.disconnect()
