import { ConfigError } from '../errors/index.ts'
import type { KeyRing } from '../keys/index.ts'
import { requireKnownOptions } from '../options/index.ts'
import { checkStorageKeys, listStorageKey } from './key-check.ts'
import {
  createSealedAccess,
  refuseReserved,
  type SealedAccess,
  type Sealing,
  withoutReserved,
} from './sealed-access.ts'
import { createSealer, SEALING_OPTIONS, type SealingOptions } from './sealer.ts'
import type { Storage, StoredRecord, Write } from './storage.ts'

/**
 * Seals the values of a store with AES-256-GCM, each for its key, so that it opens nowhere else.
 * Everything else is as the store does it, versions and lifetimes too.
 *
 * A record that cannot be opened is a `StorageError` `ERR_STORAGE_TAMPERED` for whoever reads or
 * takes it, and stays as it is. Before a key is used for the first time it is put on a list in the
 * store, and a ring that lacks a listed key is refused before anything is written.
 *
 * It does NOT hide keys, tags, lifetimes, names of locks and the lengths of values, does NOT notice
 * when a record is put back to an older one of the same key, or is deleted, and takes up to 128 KiB
 * of the 16 MiB of a value. It takes a record in two steps of the store.
 *
 * @param keys A ring for `storage`. Only a store that does not outlive the process can go without,
 *   and is given back as it is.
 * @throws {ConfigError} `ERR_CONFIG_STORAGE_KEY`, naming the keys that the ring lacks;
 *   `ERR_CONFIG_STORAGE_UNSEALED` without a ring; `ERR_CONFIG_KEY_INVALID` for a ring of another use;
 *   `ERR_CONFIG_OPTION_UNKNOWN`
 */
export async function sealed(
  storage: Storage,
  keys: KeyRing | undefined,
  options: SealingOptions = {},
): Promise<Storage> {
  requireKnownOptions(options, SEALING_OPTIONS, 'sealed')
  if (keys === undefined) {
    if (storage.durability === 'process') return storage
    throw new ConfigError('ERR_CONFIG_STORAGE_UNSEALED', 'sealed: keys')
  }
  requireStorageRing(keys)
  const sealer = createSealer(keys, options)
  await checkStorageKeys(storage, keys, sealer)
  const current = await keys.current()
  await listStorageKey(storage, current, sealer, keys)
  return createSealedStorage(storage, { keys, sealer, listed: new Set([current.kid]) })
}

/** @throws {ConfigError} `ERR_CONFIG_KEY_INVALID` */
export function requireStorageRing(keys: KeyRing): void {
  if (keys.use === 'storage') return
  throw new ConfigError('ERR_CONFIG_KEY_INVALID', `Key ring for ${keys.use} (used for storage)`)
}

function createSealedStorage(storage: Storage, sealing: Sealing): Storage {
  const access = createSealedAccess(storage, sealing)
  const { seal, open, versionNow } = access
  return {
    durability: storage.durability,
    isSealed: true,
    async get(key) {
      refuseReserved(key)
      return open(key, await storage.get(key))
    },
    async set(key, value, options) {
      return storage.set(key, await seal(key, value, options), options)
    },
    take: (key) => take(storage, access, key),
    async compareAndSwap(key, version, value, options) {
      const bytes = await seal(key, value, options)
      if (await storage.compareAndSwap(key, version, bytes, options)) return true
      const now = await versionNow(key, version)
      return now !== version && storage.compareAndSwap(key, now, bytes, options)
    },
    commit: (writes) => commit(storage, access, writes),
    async delete(key) {
      refuseReserved(key)
      return storage.delete(key)
    },
    list: (prefix) => withoutReserved(storage.list(prefix)),
    listByTag: (tag) => storage.listByTag(tag),
    deleteByTag: (tag) => storage.deleteByTag(tag),
    lock: (name, ttlSeconds) => storage.lock(name, ttlSeconds),
    check: () => storage.check(),
    close: () => storage.close(),
  }
}

/** Whoever deletes the version that was opened has taken it. What does not open is not deleted. */
async function take(
  storage: Storage,
  { open }: SealedAccess,
  key: string,
): Promise<StoredRecord | undefined> {
  refuseReserved(key)
  for (;;) {
    const opened = await open(key, await storage.get(key))
    if (opened === undefined) return undefined
    const { version } = opened
    if (await storage.commit([{ kind: 'delete', key, if: { version } }])) return opened
  }
}

async function commit(
  storage: Storage,
  { sealWrites, versionNow }: SealedAccess,
  writes: readonly Write[],
): Promise<boolean> {
  const sealedWrites = await sealWrites(writes)
  if (await storage.commit(sealedWrites)) return true
  const again = await Promise.all(
    sealedWrites.map(async (write) => {
      if (typeof write.if !== 'object') return write
      const version = await versionNow(write.key, write.if.version)
      return version === write.if.version ? write : { ...write, if: { version } }
    }),
  )
  const isOnlyResealed = again.some((write, index) => write !== sealedWrites[index])
  return isOnlyResealed && storage.commit(again)
}
