import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStorage } from '../../src/storage/open.ts'

/**
 * A process that takes every key it is told, as fast as it can, from the moment that it is told;
 * started by `take-race.ts`.
 */

interface Orders {
  readonly url: string
  readonly options: object
  readonly keys: readonly string[]
}

const AT_ONCE = 10

const [{ url, options, keys }] = (await once(process, 'message')) as [Orders]
const storage = await openStorage(url, options)
await storage.check()
process.send?.('ready')
const [startAt] = (await once(process, 'message')) as [number]
await sleep(startAt - Date.now())
const taken: string[] = []
for (let start = 0; start < keys.length; start += AT_ONCE) {
  const batch = keys.slice(start, start + AT_ONCE)
  const records = await Promise.all(batch.map((key) => storage.take(key)))
  taken.push(...batch.filter((_, index) => records[index] !== undefined))
  // Whoever never pauses may be done before the other begins.
  await sleep(Math.random() * 4)
}
await storage.close()
process.send?.(taken)
process.disconnect()
