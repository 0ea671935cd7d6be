import { createRegister } from '../runtime/index.ts'
import type { Exchange } from './exchange.ts'

/** The exchanges that are under way, until the last one is over. */
export interface OpenExchanges {
  readonly isDraining: boolean
  /** @returns Says that it is over. */
  add(exchange: Exchange): () => void
  /**
   * Ends the streams that wait for events, lets calls go on for some time, and cuts off the rest.
   * Resolves when none is left.
   */
  drain(seconds: number): Promise<void>
}

const SWEEP_MILLISECONDS = 1_000

/** Creates the register. It has a timer only while there is something to watch. */
export function createOpenExchanges(): OpenExchanges {
  const open = createRegister<Exchange>()
  let isDraining = false
  let timer: NodeJS.Timeout | undefined
  let onEmpty: (() => void) | undefined

  function sweep(): void {
    const now = performance.now()
    for (const exchange of open.list()) exchange.checkPause(now)
  }

  return {
    get isDraining() {
      return isDraining
    },
    add(exchange) {
      const remove = open.add(exchange)
      timer ??= setInterval(() => {
        if (open.size > 0) return sweep()
        clearInterval(timer)
        timer = undefined
      }, SWEEP_MILLISECONDS).unref()
      return () => {
        remove()
        if (open.size === 0) onEmpty?.()
      }
    },
    async drain(seconds) {
      isDraining = true
      for (const exchange of open.list()) if (exchange.isListening) exchange.stop()
      if (open.size > 0) {
        const { promise, resolve } = Promise.withResolvers<void>()
        onEmpty = resolve
        const deadline = setTimeout(resolve, seconds * 1_000)
        await promise
        clearTimeout(deadline)
      }
      for (const exchange of open.list()) exchange.stop()
      clearInterval(timer)
    },
  }
}
