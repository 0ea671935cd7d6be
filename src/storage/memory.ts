import { requireKnownOptions } from '../options/index.ts'
import { type Clock, systemClock } from '../runtime/index.ts'
import { withCheckedInput } from './checked-storage.ts'
import { holds } from './condition.ts'
import { createMemoryRecords } from './memory-records.ts'
import type { Lock, Storage, StoredRecord, Write } from './storage.ts'
import { createSweptMap, type Mortal } from './swept-map.ts'

export interface MemoryOptions {
  /** @defaultValue the clock of the platform */
  readonly clock?: Clock | undefined
}

const OPTIONS: readonly string[] = ['clock'] satisfies (keyof MemoryOptions)[]

/**
 * A storage in the memory of this process, for development and tests, and for what may be lost.
 *
 * Records live for so much passed time, whatever happens to the system clock. What has expired is
 * dropped little by little by later writes; there is no timer. `list` looks at every key.
 *
 * It does NOT survive the process, is not shared with others, and is not limited in size.
 *
 * @throws {ConfigError} `ERR_CONFIG_OPTION_UNKNOWN`
 */
export function memory(options: MemoryOptions = {}): Storage {
  requireKnownOptions(options, OPTIONS, 'memory')
  return withCheckedInput(createMemoryStorage(options.clock ?? systemClock))
}

function createMemoryStorage(clock: Clock): Storage {
  const records = createMemoryRecords(clock)

  function apply(writes: readonly Write[]): boolean {
    if (!writes.every((write) => holds(write.if, records.find(write.key)?.version))) return false
    for (const write of writes) {
      if (write.kind === 'set') records.put(write.key, write.value, write)
      else records.remove(write.key)
    }
    return true
  }

  return {
    durability: 'process',
    async get(key) {
      return copyOf(records.find(key))
    },
    async set(key, value, { ifAbsent, ...options } = {}) {
      return apply([{ kind: 'set', key, value, if: ifAbsent ? 'absent' : 'any', ...options }])
    },
    async take(key) {
      const record = copyOf(records.find(key))
      records.remove(key)
      return record
    },
    async compareAndSwap(key, version, value, options) {
      return apply([{ kind: 'set', key, value, if: { version }, ...options }])
    },
    async commit(writes) {
      return apply(writes)
    },
    async delete(key) {
      return records.remove(key)
    },
    async *list(prefix) {
      yield* records.keys().filter((key) => key.startsWith(prefix))
    },
    async *listByTag(tag) {
      yield* records.keysWithTag(tag)
    },
    async deleteByTag(tag) {
      return records.keysWithTag(tag).filter(records.remove).length
    },
    lock: createMemoryLocks(clock),
    check: async () => undefined,
    close: async () => undefined,
  }
}

function copyOf(record: StoredRecord | undefined): StoredRecord | undefined {
  if (record === undefined) return undefined
  const { value, version, expiresAt } = record
  return { value: value.slice(), version, expiresAt }
}

interface Holding extends Mortal {
  readonly fence: number
}

function createMemoryLocks(clock: Clock): Storage['lock'] {
  const holdings = createSweptMap<Holding>(clock)
  let fences = 0

  return async (name, ttlSeconds): Promise<Lock | undefined> => {
    if (holdings.get(name) !== undefined) return undefined
    fences += 1
    const fence = fences
    const hold = (seconds: number): void => {
      holdings.set(name, { fence, deadline: clock.elapsed() + seconds * 1_000 })
    }
    const isHolder = (): boolean => holdings.get(name)?.fence === fence
    hold(ttlSeconds)
    return {
      fence,
      async extend(seconds) {
        if (!isHolder()) return false
        hold(seconds)
        return true
      },
      release: async () => isHolder() && holdings.delete(name),
    }
  }
}
