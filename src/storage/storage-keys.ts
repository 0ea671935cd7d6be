import { KEY_CHECK, listedStorageKeys } from './key-check.ts'
import { parseHead } from './record-format.ts'
import type { Storage } from './storage.ts'

/** Which keys the records of a store are sealed with. */
export interface KeyUsage {
  /** The number of records by `kid`; 0 for a key that is on the list and has none. */
  readonly records: ReadonlyMap<string, number>
  /** How many are no sealed records. Those that a newer release has sealed are. */
  readonly unreadable: number
}

/**
 * Reads the head of every record, so that no key is dropped that one needs: give the `kid`s to
 * `rotateKeys` as `inUse`. A key without records is still needed to open the store, until
 * {@link reseal} has released it.
 *
 * It needs no key. Records that are written meanwhile may be missed.
 *
 * @param storage The store itself, and NOT what `sealed` has made of it.
 */
export async function keysInUse(storage: Storage): Promise<KeyUsage> {
  const records = new Map<string, number>()
  for (const kid of await listedStorageKeys(storage)) records.set(kid, 0)
  let unreadable = 0
  for await (const key of storage.list('')) {
    const record = key === KEY_CHECK ? undefined : await storage.get(key)
    if (record === undefined) continue
    const kid = parseHead(record.value)?.kid
    if (kid === undefined) unreadable += 1
    else records.set(kid, (records.get(kid) ?? 0) + 1)
  }
  return { records, unreadable }
}
