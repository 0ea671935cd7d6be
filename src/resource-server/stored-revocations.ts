import { StorageError } from '../errors/index.ts'
import { recordKey } from '../runtime/index.ts'
import type { Storage, StoredRecord } from '../storage/index.ts'
import { type RevocableCaller, type Revocations, revocationKey } from './revocations.ts'

const FORMAT = 1

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * Revocations in a store: of several processes, or for longer than one lives.
 *
 * Every request then reads the store, and is answered 503 while that cannot be reached. Records are
 * never forgotten; they take some 100 bytes each, and hold an instant, but not whose it is.
 *
 * @param storage As `sealed` gives it, or bare: the records are no secrets, but who can write to
 *   the store can take a revocation back.
 *
 * @example
 * ```ts
 * const revocations = storedRevocations(await openStorage('sqlite:./gatehouse.db'))
 * createResourceServer({ resource, authorizationServers, revocations })
 * ```
 */
export function storedRevocations(storage: Storage): Revocations {
  return {
    async revoke({ before, ...caller }) {
      const key = await keyOf({ subject: undefined, clientId: undefined, ...caller })
      const value = encoder.encode(JSON.stringify({ version: FORMAT, before }))
      for (let isDone = false; !isDone; ) {
        const record = await storage.get(key)
        if (record !== undefined && readInstant(record) >= before) return
        isDone =
          record === undefined
            ? await storage.set(key, value, { ifAbsent: true })
            : await storage.compareAndSwap(key, record.version, value)
      }
    },
    async revokedBefore(caller) {
      const record = await storage.get(await keyOf(caller))
      return record && readInstant(record)
    },
  }
}

/** Whoever is revoked is so in every tenant. */
function keyOf(caller: RevocableCaller): Promise<string> {
  return recordKey('revocation', undefined, revocationKey(caller))
}

function readInstant({ value }: StoredRecord): number {
  try {
    const { version, before } = JSON.parse(decoder.decode(value)) as Record<string, unknown>
    if (version === FORMAT && Number.isFinite(before)) return before as number
  } catch {
    // Said below, without what the parser quotes.
  }
  throw new StorageError('ERR_STORAGE_TAMPERED', 'Revocation', { retryable: false })
}
