import { requireKnownOptions, requireNumber } from '../options/index.ts'
import { type Clock, createBoundedMap, systemClock } from '../runtime/index.ts'
import type { LimitStore } from './store.ts'

export interface MemoryLimitsOptions {
  /**
   * How many keys of each limit are kept, 100 to 10,000,000. Where there are more, the oldest ones
   * begin anew: memory stays bounded whoever asks. @defaultValue 50000
   */
  readonly maxKeys?: number | undefined
  /** For tests. @defaultValue the system's clock */
  readonly clock?: Clock | undefined
}

const OPTIONS: readonly string[] = ['maxKeys', 'clock'] satisfies (keyof MemoryLimitsOptions)[]
const DEFAULT_MAX_KEYS = 50_000

/**
 * Counts in the memory of this process: several processes count each for itself.
 *
 * @throws {ConfigError} `ERR_CONFIG_OPTION_UNKNOWN` or `ERR_CONFIG_NUMBER_RANGE`
 */
export function memoryLimits(options: MemoryLimitsOptions = {}): LimitStore {
  requireKnownOptions(options, OPTIONS, 'memoryLimits')
  const { clock = systemClock } = options
  const maxKeys = requireNumber(options.maxKeys, [100, 10_000_000], 'maxKeys', DEFAULT_MAX_KEYS)
  return {
    name: 'memory',
    open({ windowSeconds }) {
      const windows = createBoundedMap<{ readonly endsAt: number; used: number }>(maxKeys)
      return {
        count(key, times) {
          const now = clock.elapsed() / 1_000
          const window = windows.get(key)
          if (window === undefined || now >= window.endsAt) {
            windows.set(key, { endsAt: now + windowSeconds, used: times })
            return { used: times, resetSeconds: windowSeconds }
          }
          window.used += times
          return { used: window.used, resetSeconds: Math.max(1, Math.ceil(window.endsAt - now)) }
        },
      }
    },
  }
}
