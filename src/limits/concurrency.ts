/** How many calls of somebody are being handled, in this process. */
export interface Concurrency {
  /** @returns What to call when the call is over, once or more; `undefined` where there are too many. */
  enter(key: string): (() => void) | undefined
}

export function createConcurrency(limit: number): Concurrency {
  const running = new Map<string, number>()
  return {
    enter(key) {
      const now = running.get(key) ?? 0
      if (now >= limit) return undefined
      running.set(key, now + 1)
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        const left = (running.get(key) ?? 1) - 1
        if (left === 0) running.delete(key)
        else running.set(key, left)
      }
    },
  }
}
