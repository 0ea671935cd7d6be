/** A map that never holds more than so many entries. */
export interface BoundedMap<Value> {
  get(key: string): Value | undefined
  /** Sets the value and makes it the youngest; the oldest is dropped where there is no room. */
  set(key: string, value: Value): void
  delete(key: string): void
  readonly size: number
}

/** Creates a map of at most `maxEntries` entries, whose oldest one makes room for a new one. */
export function createBoundedMap<Value>(maxEntries: number): BoundedMap<Value> {
  const entries = new Map<string, Value>()
  // One iterator for ever: a new one passes over everything that was deleted since V8 last cleaned up,
  // which made a map of 100,000 entries that is full a hundred times slower. It never comes to an end:
  // what it has given is deleted, and all else is ahead of it.
  const oldestFirst = entries.keys()
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      entries.delete(key)
      if (entries.size >= maxEntries) {
        const { value: oldest } = oldestFirst.next()
        if (oldest !== undefined) entries.delete(oldest)
      }
      entries.set(key, value)
    },
    delete(key) {
      entries.delete(key)
    },
    get size() {
      return entries.size
    },
  }
}
