import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../runtime/index.ts'
import type { ConnectionRequestOutcome, ConnectionRequests } from './connection-requests.ts'

const FIRST_PAUSE_MILLISECONDS = 100
const MAX_PAUSE_MILLISECONDS = 1_000

/**
 * Looks into the store until a request has its outcome, wherever that happens: at first ten times a
 * second, then once.
 */
export async function waitForOutcome(
  read: () => Promise<ConnectionRequestOutcome>,
  clock: Clock,
  { timeoutSeconds, signal }: Parameters<ConnectionRequests['waitFor']>[2],
): Promise<ConnectionRequestOutcome> {
  const deadline = clock.elapsed() + timeoutSeconds * 1_000
  let pause = FIRST_PAUSE_MILLISECONDS
  for (;;) {
    const outcome = await read()
    const left = deadline - clock.elapsed()
    if (outcome !== 'pending' || left <= 0 || signal?.aborted === true) return outcome
    await sleep(Math.min(pause, left), undefined, { ...(signal && { signal }) }).catch(
      () => undefined,
    )
    pause = Math.min(pause * 1.5, MAX_PAUSE_MILLISECONDS)
  }
}
