import { randomBytes } from 'node:crypto'
import { StorageError } from '../../errors/index.ts'
import { type Clock, recordKey } from '../../runtime/index.ts'
import type { Storage, StoredRecord } from '../../storage/index.ts'

/** Gives the key that record ids are hashed with. */
export type ReadHashKey = () => Promise<Uint8Array>

const FORMAT = 1
const KEY_BYTES = 32
/** A store that has lost its records gets the key again from whichever process still knows it. */
const RECHECK_MILLISECONDS = 60_000

const encoder = new TextEncoder()
const decoder = new TextDecoder()

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
      const content = { version: FORMAT, key: Buffer.from(key).toString('base64url') }
      await storage.set(recordName, encoder.encode(JSON.stringify(content)), { ifAbsent: true })
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
  try {
    const { version, key } = JSON.parse(decoder.decode(value)) as Record<string, unknown>
    const bytes = Buffer.from(String(key), 'base64url')
    if (version === FORMAT && bytes.length === KEY_BYTES) return bytes
  } catch {
    // Said below, without what the parser quotes.
  }
  throw new StorageError('ERR_STORAGE_TAMPERED', 'Hash key', { retryable: false })
}
