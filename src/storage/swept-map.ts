import type { Clock } from '../runtime/index.ts'

/** What is over at a moment of {@link Clock.elapsed}. */
export interface Mortal {
  readonly deadline: number
}

/** A map that forgets what is over. */
export interface SweptMap<Value extends Mortal> {
  readonly get: (key: string) => Value | undefined
  set(key: string, value: Value): void
  /** @returns Whether it was there. */
  readonly delete: (key: string) => boolean
  /** All keys, also those whose entry is over and not yet forgotten. */
  keys(): readonly string[]
}

/**
 * How many entries each write looks at. As it is more than the one that the write adds, the
 * entries that are over cannot outgrow those that are not.
 */
const SWEPT_PER_WRITE = 4

/**
 * Creates a map without a timer: every write looks at a few entries, one after the other, and
 * drops those that are over. While nobody writes, they stay in memory but cannot be read.
 *
 * @param onGone Called with every entry that is deleted, replaced or over.
 */
export function createSweptMap<Value extends Mortal>(
  clock: Clock,
  onGone?: (key: string, value: Value) => void,
): SweptMap<Value> {
  const entries = new Map<string, Value>()
  let cursor = entries.entries()

  const drop = (key: string, value: Value): void => {
    entries.delete(key)
    onGone?.(key, value)
  }
  const isOver = ({ deadline }: Value): boolean => deadline <= clock.elapsed()

  function sweep(): void {
    for (let looked = 0; looked < SWEPT_PER_WRITE; looked += 1) {
      const { value: entry } = cursor.next()
      if (entry === undefined) {
        cursor = entries.entries()
        return
      }
      if (isOver(entry[1])) drop(...entry)
    }
  }

  return {
    get(key) {
      const value = entries.get(key)
      return value === undefined || isOver(value) ? undefined : value
    },
    set(key, value) {
      const before = entries.get(key)
      if (before !== undefined) onGone?.(key, before)
      entries.set(key, value)
      sweep()
    },
    delete(key) {
      const value = entries.get(key)
      if (value === undefined) return false
      drop(key, value)
      return !isOver(value)
    },
    keys: () => [...entries.keys()],
  }
}
