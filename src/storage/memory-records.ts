import type { Clock } from '../runtime/index.ts'
import type { StoredRecord, WriteOptions } from './storage.ts'
import { createSweptMap } from './swept-map.ts'

interface Entry extends StoredRecord {
  readonly deadline: number
  readonly tags: ReadonlySet<string>
}

/** The records of one process, without those that have expired. */
export interface MemoryRecords {
  /** The record itself: whoever hands it out copies the value. */
  find(key: string): StoredRecord | undefined
  /** Keeps a copy of the value. */
  put(key: string, value: Uint8Array, options: WriteOptions | undefined): void
  /** @returns Whether there was one. */
  readonly remove: (key: string) => boolean
  keys(): readonly string[]
  keysWithTag(tag: string): readonly string[]
}

/** Creates an empty set of records, which are found by their keys and by their tags. */
export function createMemoryRecords(clock: Clock): MemoryRecords {
  const keysByTag = new Map<string, Set<string>>()
  const entries = createSweptMap<Entry>(clock, removeFromTags)
  let writes = 0

  function removeFromTags(key: string, { tags }: Entry): void {
    for (const tag of tags) {
      const keys = keysByTag.get(tag)
      keys?.delete(key)
      if (keys?.size === 0) keysByTag.delete(tag)
    }
  }

  function addToTags(key: string, { tags }: Entry): void {
    for (const tag of tags) {
      const keys = keysByTag.get(tag)
      if (keys === undefined) keysByTag.set(tag, new Set([key]))
      else keys.add(key)
    }
  }

  return {
    find: entries.get,
    put(key, value, { ttlSeconds, tags } = {}) {
      writes += 1
      const entry: Entry = {
        // A Buffer has a `slice` of its own, which copies nothing.
        value: new Uint8Array(value),
        version: `${writes}`,
        expiresAt: ttlSeconds === undefined ? undefined : clock.now() + ttlSeconds,
        deadline: clock.elapsed() + (ttlSeconds ?? Number.POSITIVE_INFINITY) * 1_000,
        tags: new Set(tags),
      }
      entries.set(key, entry)
      addToTags(key, entry)
    },
    remove: entries.delete,
    keys: () => entries.keys().filter((key) => entries.get(key) !== undefined),
    keysWithTag: (tag) =>
      [...(keysByTag.get(tag) ?? [])].filter((key) => entries.get(key) !== undefined),
  }
}
