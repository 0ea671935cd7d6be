import { StorageError } from '../errors/index.ts'
import type { KeyRing, RingKey } from '../keys/index.ts'
import { KEY_CHECK, listStorageKey } from './key-check.ts'
import { checkSet, checkWrites } from './limits.ts'
import type { Sealer } from './sealer.ts'
import type { Storage, StoredRecord, Write, WriteOptions } from './storage.ts'

/** What the methods of a sealed store are made of. */
export interface SealedAccess {
  readonly seal: (
    key: string,
    value: Uint8Array,
    options: WriteOptions | undefined,
  ) => Promise<Uint8Array>
  readonly sealWrites: (writes: readonly Write[]) => Promise<readonly Write[]>
  readonly open: (
    key: string,
    record: StoredRecord | undefined,
  ) => Promise<StoredRecord | undefined>
  /** The version that a record has now, where nothing but resealing has changed it since. */
  readonly versionNow: (key: string, version: string) => Promise<string>
}

export interface Sealing {
  readonly keys: KeyRing
  readonly sealer: Sealer
  /** The `kid`s that are known to be on the list of the store. */
  readonly listed: Set<string>
}

/** Seals with the current key, which is put on the list of the store before its first use. */
export function createSealedAccess(
  storage: Storage,
  { keys, sealer, listed }: Sealing,
): SealedAccess {
  async function currentKey(): Promise<RingKey> {
    const current = await keys.current()
    if (!listed.has(current.kid)) {
      await listStorageKey(storage, current, sealer)
      listed.add(current.kid)
    }
    return current
  }

  const seal: SealedAccess['seal'] = async (key, value, options) => {
    refuseReserved(key)
    checkSet(key, value, options)
    return sealer.seal(await currentKey(), key, { value, tags: options?.tags })
  }

  return {
    seal,
    async sealWrites(writes) {
      checkWrites(writes)
      return Promise.all(
        writes.map(async (write) => {
          refuseReserved(write.key)
          if (write.kind === 'delete') return write
          return { ...write, value: await seal(write.key, write.value, write) }
        }),
      )
    },
    async open(key, record) {
      if (record === undefined) return undefined
      const { value } = await sealer.open(key, record.value)
      return { value, version: record.version, expiresAt: record.expiresAt }
    },
    async versionNow(key, version) {
      const record = await storage.get(key)
      if (record === undefined || record.version === version) return version
      const { resealedFrom = [] } = await sealer.open(key, record.value)
      return resealedFrom.includes(version) ? record.version : version
    },
  }
}

/** The list of keys is no record of the user. */
export function refuseReserved(key: string): void {
  if (key !== KEY_CHECK) return
  throw new StorageError('ERR_STORAGE_INPUT', `key ${KEY_CHECK} (reserved)`, { retryable: false })
}

export async function* withoutReserved(keys: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const key of keys) if (key !== KEY_CHECK) yield key
}
