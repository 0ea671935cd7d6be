/** The two clocks: what time it is, and how much time has passed. */
export interface Clock {
  /** Seconds since the epoch, whole (RFC 7519 §2, NumericDate). */
  now(): number
  /** Milliseconds that only ever grow; a stepped system clock does not move them. */
  elapsed(): number
}

/** The clock of the platform. */
export const systemClock: Clock = {
  now: () => Math.floor(Date.now() / 1000),
  elapsed: () => performance.now(),
}
