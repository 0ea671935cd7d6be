import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { sqlite } from '../../src/storage/sqlite.ts'

/**
 * A process of its own on a file of SQLite; started by `sqlite-processes.test.ts`. It opens the
 * file, says that it is ready, waits for `go`, does its task, and sends what came of it.
 */

/** What the process does. */
export type Task =
  | { readonly kind: 'open'; readonly file: string }
  | { readonly kind: 'increment'; readonly file: string; readonly times: number }

const [task] = (await once(process, 'message')) as [Task]
const storage = sqlite(task.file)
process.send?.('ready')
await once(process, 'message')
const outcome = task.kind === 'open' ? await write() : await increment(task.times)
await storage.close()
process.send?.(outcome)
process.disconnect()

/** @returns Whether it could. */
async function write(): Promise<boolean> {
  return storage.set('key', Buffer.from('value'))
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
    // Whoever never pauses may be done before another begins.
    await sleep(Math.random() * 4)
  }
  return lost
}
