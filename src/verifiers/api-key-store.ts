import { type Clock, createBoundedMap, recordKey } from '../runtime/index.ts'
import { type ApiKeyHash, createApiKeyHash } from './api-key-hash.ts'
import type { ApiKeySettings } from './api-key-options.ts'
import { type ApiKeyRecord, formatApiKey, keyIdOf, parseApiKey } from './api-key-record.ts'

/** The records of API keys. */
export interface ApiKeyStore extends Pick<ApiKeyHash, 'hash' | 'warmUp'> {
  /** The record of this very key; all of its hash is compared, in constant time. */
  find(key: string): Promise<ApiKeyRecord | undefined>
  read(keyId: string): Promise<ApiKeyRecord | undefined>
  add(record: ApiKeyRecord): Promise<void>
  /**
   * Replaces a record, unless `next` has nothing to change.
   *
   * @returns Whether there is such a key.
   */
  change(keyId: string, next: (record: ApiKeyRecord) => ApiKeyRecord | undefined): Promise<boolean>
  /** Notes that a key is being used, at most once a minute. It never fails. */
  noteUse(record: ApiKeyRecord): Promise<void>
  list(): AsyncIterable<ApiKeyRecord>
}

/** Records stay for so long after they have expired, so that they can be told from unknown ones. */
const KEEP_SECONDS = 2_592_000
const USE_INTERVAL_SECONDS = 60
const MAX_NOTED_KEYS = 10_000
const KEY_PREFIX = 'api-key::'

/** Keeps API keys under the first half of their keyed hash, with all of it in the record. */
export function createApiKeyStore({
  storage,
  clock,
}: Pick<ApiKeySettings, 'storage' | 'clock'>): ApiKeyStore {
  const hashing = createApiKeyHash(storage, clock)

  async function read(keyId: string): Promise<ApiKeyRecord | undefined> {
    const record = await storage.get(await nameOf(keyId))
    return record === undefined ? undefined : parseApiKey(record.value)
  }

  const change: ApiKeyStore['change'] = async (keyId, next) => {
    const name = await nameOf(keyId)
    for (;;) {
      const stored = await storage.get(name)
      if (stored === undefined) return false
      const changed = next(parseApiKey(stored.value))
      if (changed === undefined) return true
      const value = formatApiKey(changed)
      if (await storage.compareAndSwap(name, stored.version, value, lifetimeOf(changed, clock))) {
        return true
      }
    }
  }

  return {
    warmUp: () => hashing.warmUp(),
    hash: (key) => hashing.hash(key),
    async find(key) {
      const record = await read(keyIdOf(await hashing.hash(key)))
      return record !== undefined && (await hashing.matches(key, record.keyHash))
        ? record
        : undefined
    },
    read,
    change,
    async add(record) {
      const options = { ifAbsent: true, ...lifetimeOf(record, clock) }
      const isNew = await storage.set(await nameOf(record.keyId), formatApiKey(record), options)
      // 128 bits of a hash of 256 random ones do not come twice: the generator is broken.
      if (!isNew) throw new Error('The random key exists already.')
    },
    noteUse: createUseNotes(change, clock),
    async *list() {
      for await (const name of storage.list(KEY_PREFIX)) {
        const record = await storage.get(name)
        if (record !== undefined) yield parseApiKey(record.value)
      }
    },
  }
}

function createUseNotes(change: ApiKeyStore['change'], clock: Clock): ApiKeyStore['noteUse'] {
  const notedAt = createBoundedMap<number>(MAX_NOTED_KEYS)
  return async ({ keyId, lastUsedAt = -Infinity }) => {
    const now = clock.now()
    const known = Math.max(lastUsedAt, notedAt.get(keyId) ?? -Infinity)
    if (now - known < USE_INTERVAL_SECONDS) return
    notedAt.set(keyId, now)
    try {
      await change(keyId, (record) => {
        const isNoted = now - (record.lastUsedAt ?? -Infinity) < USE_INTERVAL_SECONDS
        return isNoted ? undefined : { ...record, lastUsedAt: now }
      })
    } catch {
      // The key is good, whether or not this can be written down.
    }
  }
}

/** A key is looked up before it is known whose it is: records stand in no tenant. */
function nameOf(keyId: string): Promise<string> {
  return recordKey('api-key', undefined, keyId)
}

function lifetimeOf({ expiresAt }: ApiKeyRecord, clock: Clock): { readonly ttlSeconds: number } {
  return { ttlSeconds: Math.max(1, expiresAt - clock.now() + KEEP_SECONDS) }
}
