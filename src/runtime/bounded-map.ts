/** A map that never holds more than so many entries. */
export interface BoundedMap<Value> {
  get(key: string): Value | undefined
  /** Sets the value and makes it the youngest; the oldest is dropped where there is no room. */
  set(key: string, value: Value): void
  delete(key: string): void
  readonly size: number
}

interface Entry<Value> {
  readonly key: string
  value: Value
  older: Entry<Value> | undefined
  younger: Entry<Value> | undefined
}

/**
 * Creates a map of at most `maxEntries` entries, whose oldest one makes room for a new one.
 *
 * Age is a list of its own, and not the order of a `Map`: a new iterator passes over everything that was
 * deleted since V8 last made room, and one that is kept holds every table that the map ever had.
 */
export function createBoundedMap<Value>(maxEntries: number): BoundedMap<Value> {
  const entries = new Map<string, Entry<Value>>()
  let oldest: Entry<Value> | undefined
  let youngest: Entry<Value> | undefined

  function takeOut(entry: Entry<Value>): void {
    const { older, younger } = entry
    if (older === undefined) oldest = younger
    else older.younger = younger
    if (younger === undefined) youngest = older
    else younger.older = older
    // One that is gone holds none that is not.
    entry.older = undefined
    entry.younger = undefined
  }

  function append(entry: Entry<Value>): void {
    entry.older = youngest
    if (youngest === undefined) oldest = entry
    else youngest.younger = entry
    youngest = entry
  }

  function remove(entry: Entry<Value>): void {
    takeOut(entry)
    entries.delete(entry.key)
  }

  return {
    get: (key) => entries.get(key)?.value,
    set(key, value) {
      const known = entries.get(key)
      if (known !== undefined) {
        known.value = value
        takeOut(known)
        append(known)
        return
      }
      if (oldest !== undefined && entries.size >= maxEntries) remove(oldest)
      const entry = { key, value, older: undefined, younger: undefined }
      entries.set(key, entry)
      append(entry)
    },
    delete(key) {
      const entry = entries.get(key)
      if (entry !== undefined) remove(entry)
    },
    get size() {
      return entries.size
    },
  }
}
