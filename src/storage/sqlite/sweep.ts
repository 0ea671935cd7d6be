import type { SqliteConnection } from './connection.ts'

const SWEEP_MILLISECONDS = 30_000

/**
 * Deletes what has expired, twice a minute and little by little, without keeping the process alive.
 *
 * @param now Milliseconds since the epoch.
 * @returns Ends it.
 */
export function startSweep(connection: SqliteConnection, now: () => number): () => void {
  let isSweeping = false

  async function sweep(): Promise<void> {
    if (isSweeping) return
    isSweeping = true
    try {
      let isMore = true
      while (isMore) isMore = await removeSome(connection, now())
    } catch {
      // Nobody waits for it: what stands in the way is told to those who read and write.
    }
    isSweeping = false
  }

  const timer = setInterval(() => void sweep(), SWEEP_MILLISECONDS)
  timer.unref()
  return () => clearInterval(timer)
}

/** @returns Whether there may be more. */
async function removeSome(connection: SqliteConnection, now: number): Promise<boolean> {
  const isDue = await connection.read(
    ({ records, locks }) => records.hasExpired(now) || locks.hasExpired(now),
  )
  if (!isDue) return false
  return connection.write(({ records, locks }) => {
    locks.removeExpired(now)
    return records.removeExpired(now)
  })
}
