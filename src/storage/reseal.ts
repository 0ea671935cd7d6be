import { StorageError } from '../errors/index.ts'
import type { KeyRing } from '../keys/index.ts'
import { requireKnownOptions } from '../options/index.ts'
import { type Clock, systemClock } from '../runtime/index.ts'
import { KEY_CHECK, listStorageKey, unlistStorageKeys } from './key-check.ts'
import { requireStorageRing } from './sealed.ts'
import {
  createSealer,
  type OpenedRecord,
  SEALING_OPTIONS,
  type Sealer,
  type SealingOptions,
} from './sealer.ts'
import type { Storage, StoredRecord } from './storage.ts'
import { keysInUse } from './storage-keys.ts'

export interface ResealOptions extends SealingOptions {
  /** Ends the walk between two records. */
  readonly signal?: AbortSignal | undefined
  /** Told the key of each record that cannot be opened. It is left as it is. */
  readonly onUnreadable?: ((key: string, error: StorageError) => void) | undefined
  /** @defaultValue the system's clock */
  readonly clock?: Clock | undefined
}

const OPTIONS: readonly string[] = [
  ...SEALING_OPTIONS,
  ...(['signal', 'onUnreadable', 'clock'] satisfies (keyof ResealOptions)[]),
]

/** What became of the records. */
export interface ResealReport {
  readonly resealed: number
  /** How many were sealed with the current key already. */
  readonly current: number
  readonly unreadable: number
  /** The keys that no record needs any more, so that they can be dropped. */
  readonly released: readonly string[]
  /** `false` where the signal has ended it; called again, it goes on with what is left. */
  readonly isComplete: boolean
}

const UNREADABLE: ReadonlySet<string> = new Set(['ERR_STORAGE_TAMPERED', 'ERR_STORAGE_FORMAT'])

type Outcome = 'resealed' | 'current' | 'unreadable' | 'gone'

/** After so many records others get their turn, also where the store never waits for anything. */
const RECORDS_PER_TURN = 64
/** How many rotations may lie between reading a version and comparing with it. */
const MAX_VERSIONS = 4

/**
 * Seals every record with the current key that was sealed with another one, while the store is in
 * use: by compare-and-swap, one after the other. Tags stay, and lifetimes to the second (by the
 * clock of this process); the version changes, and `sealed` lets an older one pass where nothing
 * else has changed.
 *
 * Run it when every process has the rotated keys. It does NOT drop a key from the ring.
 *
 * @param storage The store itself, and NOT what `sealed` has made of it.
 */
export async function reseal(
  storage: Storage,
  keys: KeyRing,
  options: ResealOptions = {},
): Promise<ResealReport> {
  requireKnownOptions(options, OPTIONS, 'reseal')
  requireStorageRing(keys)
  const { signal, onUnreadable, clock = systemClock } = options
  const sealer = createSealer(keys, options)
  await listStorageKey(storage, await keys.current(), sealer, keys)
  const counts: Record<Outcome, number> = { resealed: 0, current: 0, unreadable: 0, gone: 0 }
  let seen = 0
  for await (const key of storage.list('')) {
    if (signal?.aborted === true) break
    if (key === KEY_CHECK) continue
    counts[await resealRecord({ storage, keys, sealer, clock, onUnreadable }, key)] += 1
    seen += 1
    if (seen % RECORDS_PER_TURN === 0) await nextTurn()
  }
  const { resealed, current, unreadable } = counts
  const report = { resealed, current, unreadable }
  if (signal?.aborted === true) return { ...report, released: [], isComplete: false }
  return { ...report, released: await releaseKeys(storage, keys), isComplete: true }
}

interface Resealing extends Pick<ResealOptions, 'onUnreadable'> {
  readonly storage: Storage
  readonly keys: KeyRing
  readonly sealer: Sealer
  readonly clock: Clock
}

/** Tries again when somebody else has written in between. */
async function resealRecord(resealing: Resealing, key: string): Promise<Outcome> {
  const { storage, keys, sealer, clock } = resealing
  for (;;) {
    const record = await storage.get(key)
    if (record === undefined) return 'gone'
    const opened = await openOrTell(resealing, key, record)
    if (opened === undefined) return 'unreadable'
    const current = await keys.current()
    if (opened.kid === current.kid) return 'current'
    const { expiresAt } = record
    const ttlSeconds = expiresAt && Math.floor(expiresAt - clock.now())
    if (ttlSeconds !== undefined && ttlSeconds < 1) return 'gone'
    const { value, tags, resealedFrom: earlier = [] } = opened
    const resealedFrom = [...earlier, record.version].slice(-MAX_VERSIONS)
    const bytes = await sealer.seal(current, key, { value, tags, resealedFrom })
    if (await storage.compareAndSwap(key, record.version, bytes, { ttlSeconds, tags })) {
      return 'resealed'
    }
  }
}

async function openOrTell(
  { sealer, onUnreadable }: Resealing,
  key: string,
  record: StoredRecord,
): Promise<OpenedRecord | undefined> {
  try {
    return await sealer.open(key, record.value)
  } catch (error) {
    if (!(error instanceof StorageError && UNREADABLE.has(error.code))) throw error
    onUnreadable?.(key, error)
    return undefined
  }
}

/** Takes the keys off the list that are not used any more, and that no record is sealed with. */
async function releaseKeys(storage: Storage, keys: KeyRing): Promise<readonly string[]> {
  const { records } = await keysInUse(storage)
  const isUnused = await Promise.all(
    Array.from(records, async ([kid, count]) => {
      const status = (await keys.find(kid))?.status
      return count === 0 && status !== 'current' && status !== 'next'
    }),
  )
  const released = [...records.keys()].filter((_kid, index) => isUnused[index])
  if (released.length > 0) await unlistStorageKeys(storage, released)
  return released
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0)
  })
}
