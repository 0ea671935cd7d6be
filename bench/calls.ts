import { performance } from 'node:perf_hooks'

/** Calls that are under way at a time, as on a busy server: an idle thread pool would flatter nobody. */
const IN_FLIGHT = 8

/**
 * Calls `admit` with each request in turn and counts.
 *
 * @returns Calls per second.
 * @throws when a request is refused: a refusal costs something else
 */
export async function callsPerSecond(
  requests: readonly Request[],
  calls: number,
  admit: (request: Request) => Promise<unknown>,
): Promise<number> {
  let next = 0
  async function keepCalling(): Promise<void> {
    while (next < calls) {
      const request = requests[next++ % requests.length]
      if (request === undefined) throw new Error('no requests')
      const admitted = await admit(request)
      if (admitted instanceof Response) throw new Error(`refused: ${admitted.status}`)
    }
  }
  globalThis.gc?.({ type: 'minor' })
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: IN_FLIGHT }, keepCalling))
  return calls / ((performance.now() - startedAt) / 1_000)
}
