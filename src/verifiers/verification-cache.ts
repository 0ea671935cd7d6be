/** A bounded map that forgets what was not asked for in a while. */
export interface VerificationCache<V> {
  get(key: string): V | undefined
  set(key: string, value: V): void
  readonly size: number
}

/**
 * Keeps at most `maxEntries` values in two generations: when the young one is full it becomes the
 * old one, and the old one is dropped. A hit in the old one moves the value over, so what is in
 * use stays; there is no order to maintain on a hit, which costs a list ten times the look-up.
 *
 * Keys are digests: a token is not in memory longer than its request.
 */
export function createVerificationCache<V>(maxEntries: number): VerificationCache<V> {
  const generationSize = Math.floor(maxEntries / 2)
  let young = new Map<string, V>()
  let old = new Map<string, V>()

  function set(key: string, value: V): void {
    if (generationSize === 0) return
    if (young.size >= generationSize) {
      old = young
      young = new Map()
    }
    young.set(key, value)
  }

  return {
    get(key) {
      const value = young.get(key)
      if (value !== undefined) return value
      const older = old.get(key)
      if (older !== undefined) set(key, older)
      return older
    },
    set,
    get size() {
      return young.size + old.size
    },
  }
}
