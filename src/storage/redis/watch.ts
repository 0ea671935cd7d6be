import { systemClock } from '../../runtime/index.ts'
import type { RedisClient } from './client.ts'

/** What is known of the connection of a client. */
export interface ClientWatch {
  /** Milliseconds since it was lost, or was first wanted; 0 where it is there. */
  lostFor(): number
  /** What the connection was lost by, or could not be made by. */
  lastError(): unknown
  stop(): void
}

/**
 * Follows a client. Its errors are remembered, so that none goes unhandled.
 *
 * @param onLost Called once for every connection that is lost.
 */
export function watchClient(client: RedisClient, onLost: () => void): ClientWatch {
  let lostAt = client.status === 'ready' ? undefined : systemClock.elapsed()
  let lastError: unknown
  const listeners = {
    error: (error: unknown) => {
      lastError = error
    },
    ready: () => {
      lostAt = undefined
    },
    close: () => {
      // Attempts to connect end in this event too.
      if (lostAt !== undefined) return
      lostAt = systemClock.elapsed()
      onLost()
    },
  }
  for (const [event, listener] of Object.entries(listeners)) client.on(event, listener)
  return {
    lostFor: () => (lostAt === undefined ? 0 : systemClock.elapsed() - lostAt),
    lastError: () => lastError,
    stop() {
      for (const [event, listener] of Object.entries(listeners)) client.off(event, listener)
    },
  }
}
