import { randomBytes } from 'node:crypto'
import { type Clock, formatRecord, parseRecord, recordKey } from '../../runtime/index.ts'
import type { Storage, StoredRecord } from '../../storage/index.ts'

/** Gives the key that record ids are hashed with. */
export type ReadHashKey = () => Promise<Uint8Array>

const FORMAT = 1
const KEY_BYTES = 32
/** A store that has lost its records gets the key again from whichever process still knows it. */
const RECHECK_MILLISECONDS = 60_000

/**
 * Keeps the key that record ids are hashed with in the store, sealed as every record is: all
 * processes have the same one, it outlives the rotation of every ring, and depends on no other
 * secret. It is made at its first use, and looked for again once a minute.
 */
export function createHashKey(
  storage: Storage,
  tenant: string | undefined,
  clock: Clock,
): ReadHashKey {
  let known: { readonly key: Uint8Array; readonly readAt: number } | undefined

  async function read(): Promise<Uint8Array> {
    const recordName = await recordKey('hash-key', tenant, '')
    for (;;) {
      const record = await storage.get(recordName)
      if (record !== undefined) return parseHashKey(record)
      const key = known?.key ?? randomBytes(KEY_BYTES)
      const content = { key: Buffer.from(key).toString('base64url') }
      await storage.set(recordName, formatRecord(FORMAT, content), { ifAbsent: true })
    }
  }

  return async () => {
    if (known !== undefined && clock.elapsed() - known.readAt < RECHECK_MILLISECONDS) {
      return known.key
    }
    const readAt = clock.elapsed()
    const key = await read()
    known = { key, readAt }
    return key
  }
}

function parseHashKey({ value }: StoredRecord): Uint8Array {
  return parseRecord(value, FORMAT, 'Hash key', ({ key }) => {
    const bytes = typeof key === 'string' ? Buffer.from(key, 'base64url') : undefined
    return bytes?.length === KEY_BYTES ? bytes : undefined
  })
}
