import { type Clock, createBoundedMap } from '../../runtime/index.ts'

/** How often something may happen per key, in this process. */
export interface RateLimit {
  /** Counts one time. @returns 0 where it is allowed, else after how many seconds it may be. */
  take(key: string): number
}

/**
 * Creates a limit of so many times within a window that begins with the first of them.
 *
 * The keys are in memory, at most `maxKeys` of them, the oldest dropped; several processes count
 * each for itself.
 */
export function createRateLimit(
  limit: number,
  windowSeconds: number,
  clock: Clock,
  maxKeys = 10_000,
): RateLimit {
  const windows = createBoundedMap<{ readonly start: number; count: number }>(maxKeys)
  return {
    take(key) {
      const now = clock.elapsed() / 1_000
      const window = windows.get(key)
      if (window === undefined || now - window.start >= windowSeconds) {
        windows.set(key, { start: now, count: 1 })
        return 0
      }
      if (window.count >= limit) return Math.max(1, Math.ceil(window.start + windowSeconds - now))
      window.count += 1
      return 0
    },
  }
}
