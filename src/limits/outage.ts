import type { Emit } from '../observability/index.ts'
import type { Clock } from '../runtime/index.ts'

/** Whether a store is to be asked, or known to be away. */
export interface Outage {
  /** Whether to do without it. After a while one caller is let through to find out. */
  isOn(): boolean
  failed(error: unknown): void
  worked(): void
}

const RETRY_MILLISECONDS = 5_000

/** Creates the memory of whether one store can be reached; events when that changes. */
export function createOutage(store: string, clock: Clock, emit: Emit): Outage {
  let retryAt: number | undefined
  return {
    isOn() {
      if (retryAt === undefined) return false
      const now = clock.elapsed()
      if (now < retryAt) return true
      retryAt = now + RETRY_MILLISECONDS
      return false
    },
    failed(thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown))
      const isNew = retryAt === undefined
      retryAt = clock.elapsed() + RETRY_MILLISECONDS
      if (isNew) emit({ type: 'limits.store_failed', at: clock.now(), store, error })
    },
    worked() {
      if (retryAt === undefined) return
      retryAt = undefined
      emit({ type: 'limits.store_recovered', at: clock.now(), store })
    },
  }
}
