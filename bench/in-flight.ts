import { performance } from 'node:perf_hooks'

/**
 * Performs one operation after the other, with so many under way at a time.
 *
 * @param operation Is given the number of the operation, from 0.
 * @returns Operations per second.
 */
export async function operationsPerSecond(
  count: number,
  inFlight: number,
  operation: (index: number) => Promise<unknown>,
): Promise<number> {
  let next = 0
  async function keepGoing(): Promise<void> {
    while (next < count) await operation(next++)
  }
  globalThis.gc?.({ type: 'minor' })
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: inFlight }, keepGoing))
  return count / ((performance.now() - startedAt) / 1_000)
}
