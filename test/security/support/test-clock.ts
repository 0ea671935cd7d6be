import type { Clock } from 'mcp-gatehouse'

/** A clock that only moves when it is told to. */
export interface TestClock extends Clock {
  /** Lets time pass: both clocks move. */
  pass(seconds: number): void
  /** Sets the system clock by this much; no time passes. */
  step(seconds: number): void
}

/** When tests begin: a moment after every certificate and every real `iat`. */
export const START_SECONDS = 1_900_000_000

export function createTestClock(): TestClock {
  let now = START_SECONDS
  let elapsed = 1_000
  return {
    now: () => Math.floor(now),
    elapsed: () => elapsed,
    pass(seconds) {
      now += seconds
      elapsed += seconds * 1_000
    },
    step(seconds) {
      now += seconds
    },
  }
}
