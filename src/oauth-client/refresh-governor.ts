import type { Clock } from '../runtime/index.ts'

/** How much one server is asked for by this process. */
export interface RefreshGovernor {
  /** Runs a step when it is its turn; in the order of the calls. */
  run<T>(step: () => Promise<T>): Promise<T>
  /** Whether a step would have to wait for its turn. */
  isBusy(): boolean
  /** Leaves the server alone for so long: it is busy, or away. */
  pause(seconds: number): void
  /** How many seconds of that are left; 0 where there is no pause. */
  pausedSeconds(): number
}

/**
 * Creates a governor: at most so many refreshes at once, and none while the server asks for a
 * pause. A thousand credentials that expire in one second become a queue.
 */
export function createRefreshGovernor(maxConcurrent: number, clock: Clock): RefreshGovernor {
  const waiting: (() => void)[] = []
  let running = 0
  let pausedUntil = 0

  async function turn(): Promise<void> {
    if (running < maxConcurrent) {
      running += 1
      return
    }
    // Whoever leaves hands its place on.
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
    })
  }

  return {
    async run(step) {
      await turn()
      try {
        return await step()
      } finally {
        const next = waiting.shift()
        if (next === undefined) running -= 1
        else next()
      }
    },
    isBusy: () => running >= maxConcurrent,
    pause(seconds) {
      pausedUntil = Math.max(pausedUntil, clock.elapsed() + seconds * 1_000)
    },
    pausedSeconds: () => Math.max(0, Math.ceil((pausedUntil - clock.elapsed()) / 1_000)),
  }
}
