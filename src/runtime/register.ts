/** Things that are there for a while. */
export interface Register<Item> {
  readonly size: number
  /** @returns Takes it out again, and says whether it was still in. */
  add(item: Item): () => boolean
  /** What is in now; whatever is taken out meanwhile stays in the list. */
  list(): readonly Item[]
}

interface Entry<Item> {
  readonly item: Item
  /** Its place; -1 once it is out. */
  at: number
}

/**
 * Creates an empty register, in no order.
 *
 * It is no `Set`: each time that one makes room its old table points to the new one, so that with a
 * table that has grown old all that was in its successors survives until the next full collection. With
 * an item for each request that was a third of the processor's time.
 */
export function createRegister<Item>(): Register<Item> {
  const entries: Entry<Item>[] = []

  /** The last one takes its place. */
  function remove(entry: Entry<Item>): boolean {
    if (entry.at === -1) return false
    const last = entries.pop()
    if (last !== undefined && last !== entry) {
      last.at = entry.at
      entries[entry.at] = last
    }
    entry.at = -1
    return true
  }

  return {
    get size() {
      return entries.length
    },
    add(item) {
      const entry = { item, at: entries.length }
      entries.push(entry)
      return () => remove(entry)
    },
    list: () => entries.map(({ item }) => item),
  }
}
