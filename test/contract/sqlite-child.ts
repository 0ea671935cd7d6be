import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { sqlite } from '../../src/storage/sqlite.ts'

/**
 * A process of its own on a file of SQLite; started by `sqlite-processes.test.ts`. It opens the
 * file, says that it is ready, waits for `go`, does its task, and sends what came of it.
 */

/** What the process does. */
export type Task =
  | { readonly kind: 'take'; readonly file: string; readonly keys: readonly string[] }
  | { readonly kind: 'increment'; readonly file: string; readonly times: number }

const AT_ONCE = 10

const [task] = (await once(process, 'message')) as [Task]
const storage = sqlite(task.file)
process.send?.('ready')
await once(process, 'message')
const outcome = task.kind === 'take' ? await takeAll(task.keys) : await increment(task.times)
await storage.close()
process.send?.(outcome)
process.disconnect()

/** It pauses, because whoever never does may be done before another begins. */
async function pause(): Promise<void> {
  await sleep(Math.random() * 4)
}

/** @returns The keys that this process has won. */
async function takeAll(keys: readonly string[]): Promise<readonly string[]> {
  const won: string[] = []
  for (let start = 0; start < keys.length; start += AT_ONCE) {
    const batch = keys.slice(start, start + AT_ONCE)
    const records = await Promise.all(batch.map((key) => storage.take(key)))
    won.push(...batch.filter((_, index) => records[index] !== undefined))
    await pause()
  }
  return won
}

/** @returns How often somebody else was faster. */
async function increment(times: number): Promise<number> {
  let lost = 0
  for (let done = 0; done < times; ) {
    const record = await storage.get('counter')
    if (record === undefined) throw new Error('the counter is gone')
    const next = Number(Buffer.from(record.value).toString()) + 1
    const isWritten = await storage.compareAndSwap(
      'counter',
      record.version,
      Buffer.from(`${next}`),
    )
    if (isWritten) done += 1
    else lost += 1
    await pause()
  }
  return lost
}
