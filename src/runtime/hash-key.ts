import type { Clock } from './clock.ts'
import { formatRecord, parseRecord } from './json-record.ts'
import { recordKey } from './record-key.ts'

/** Gives the key that ids are hashed with. */
export type ReadHashKey = () => Promise<Uint8Array<ArrayBuffer>>

/** The part of a storage that keeps the key. */
export interface HashKeyStore {
  get(key: string): Promise<{ readonly value: Uint8Array } | undefined>
  set(key: string, value: Uint8Array, options: { readonly ifAbsent: true }): Promise<unknown>
}

const FORMAT = 1
const KEY_BYTES = 32
/** A store that has lost its records gets the key again from whichever process still knows it. */
const RECHECK_MILLISECONDS = 60_000

const { crypto } = globalThis

/**
 * Keeps the key that ids are hashed with in the store, sealed as every record is: all processes
 * have the same one, it outlives the rotation of every ring, and depends on no other secret. It is
 * made at its first use, and looked for again once a minute.
 *
 * @param identity Tells it from the other keys of its tenant.
 */
export function createHashKey(
  storage: HashKeyStore,
  tenant: string | undefined,
  clock: Clock,
  identity: string = '',
): ReadHashKey {
  let known: { readonly key: Uint8Array<ArrayBuffer>; readonly readAt: number } | undefined

  async function read(): Promise<Uint8Array<ArrayBuffer>> {
    const recordName = await recordKey('hash-key', tenant, identity)
    for (;;) {
      const record = await storage.get(recordName)
      if (record !== undefined) return parseHashKey(record.value)
      const key = known?.key ?? crypto.getRandomValues(new Uint8Array(KEY_BYTES))
      await storage.set(recordName, formatRecord(FORMAT, { key: encode(key) }), { ifAbsent: true })
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

function parseHashKey(value: Uint8Array): Uint8Array<ArrayBuffer> {
  return parseRecord(value, FORMAT, 'Hash key', ({ key }) => {
    const bytes = typeof key === 'string' ? decode(key) : undefined
    return bytes?.length === KEY_BYTES ? bytes : undefined
  })
}

/** As base64url (RFC 4648 §5), by what every runtime has. */
function encode(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}
