/**
 * The bytes of a sealed record, version 1:
 *
 *     1 byte    version, 1
 *     1 byte    length of the kid
 *     n bytes   kid of the storage key
 *     16 bytes  salt
 *     12 bytes  nonce
 *     rest      ciphertext and tag
 *
 * Bound to it as associated data: version, length and kid, the name of the store with its length,
 * and the record's key. What is sealed: the length of the notes (4 bytes, big-endian), the notes as
 * JSON, the value.
 *
 * A release reads its own version and the one before; it writes the one that both can read. Version,
 * length and kid stay in every version: a release that cannot open a record knows what it needs.
 *
 * @module
 */

/** What is sealed beside the value, as JSON. */
export interface RecordNotes {
  /** The record's tags, which no store gives back, so that resealing can keep them. */
  readonly tags?: readonly string[] | undefined
  /** The versions that the record had before it was only sealed anew, the latest ones. */
  readonly resealedFrom?: readonly string[] | undefined
}

/** What a record says. */
export interface RecordContent extends RecordNotes {
  readonly value: Uint8Array
}

/** A sealed record in its parts. */
export interface SealedParts {
  readonly kid: string
  readonly salt: Uint8Array<ArrayBuffer>
  readonly nonce: Uint8Array<ArrayBuffer>
  readonly ciphertext: Uint8Array<ArrayBuffer>
}

export const SALT_BYTES = 16
export const NONCE_BYTES = 12
const VERSION = 1
const HEAD_BYTES = 2
const LENGTH_BYTES = 4

const encoder = new TextEncoder()
// A byte order mark that was put before a kid must not go unseen.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const NO_BYTES = new Uint8Array()

/** Kids of storage keys are thumbprints (RFC 7638). */
const THUMBPRINT = /^[\w-]{43}$/

/** A kid as it may stand in a message: what is no thumbprint was written by somebody else. */
export function printable(kid: string): string {
  return THUMBPRINT.test(kid) ? kid : '(malformed)'
}

/** Version, length and kid. */
export function formatHead(kid: string): Uint8Array<ArrayBuffer> {
  const bytes = encoder.encode(kid)
  return join(Uint8Array.of(VERSION, bytes.length), bytes)
}

export function formatSealed(
  head: Uint8Array,
  { salt, nonce, ciphertext }: Omit<SealedParts, 'kid'>,
): Uint8Array<ArrayBuffer> {
  return join(head, salt, nonce, ciphertext)
}

/**
 * What every version begins with; nobody has checked it.
 *
 * @returns `undefined` for what is no sealed record, as far as can be seen.
 */
export function parseHead(
  record: Uint8Array,
): { readonly kid: string; readonly isNewer: boolean } | undefined {
  const [version = 0, kidBytes = 0] = record
  if (version < VERSION || record.length < HEAD_BYTES + kidBytes) return undefined
  const kid = decoder.decode(record.slice(HEAD_BYTES, HEAD_BYTES + kidBytes))
  const isNewer = version > VERSION
  return isNewer && !THUMBPRINT.test(kid) ? undefined : { kid, isNewer }
}

/** @returns `undefined` for what is no record of a version that is known here. */
export function parseSealed(record: Uint8Array): SealedParts | undefined {
  // Stores may give a view of shared or reused memory.
  const bytes = new Uint8Array(record)
  const [version, kidBytes = 0] = bytes
  const saltAt = HEAD_BYTES + kidBytes
  const nonceAt = saltAt + SALT_BYTES
  const ciphertextAt = nonceAt + NONCE_BYTES
  if (version !== VERSION || bytes.length < ciphertextAt) return undefined
  return {
    kid: decoder.decode(bytes.subarray(HEAD_BYTES, saltAt)),
    salt: bytes.subarray(saltAt, nonceAt),
    nonce: bytes.subarray(nonceAt, ciphertextAt),
    ciphertext: bytes.subarray(ciphertextAt),
  }
}

/**
 * What the records of a store are bound to, before their keys. The lengths make that no other name
 * and key come to the same bytes.
 */
export function formatBinding(head: Uint8Array, store: string): Uint8Array {
  const name = encoder.encode(store)
  const length = new Uint8Array(LENGTH_BYTES)
  new DataView(length.buffer).setUint32(0, name.length)
  return join(head, length, name)
}

/** What one record is bound to. */
export function formatAssociatedData(binding: Uint8Array, key: string): Uint8Array<ArrayBuffer> {
  return join(binding, encoder.encode(key))
}

export function formatContent(content: RecordContent): Uint8Array<ArrayBuffer> {
  const notes = formatNotes(content)
  const valueAt = LENGTH_BYTES + notes.length
  const bytes = new Uint8Array(valueAt + content.value.length)
  new DataView(bytes.buffer).setUint32(0, notes.length)
  bytes.set(notes, LENGTH_BYTES)
  bytes.set(content.value, valueAt)
  return bytes
}

function formatNotes({ tags = [], resealedFrom }: RecordNotes): Uint8Array {
  if (tags.length === 0 && resealedFrom === undefined) return NO_BYTES
  return encoder.encode(JSON.stringify({ tags, resealedFrom } satisfies RecordNotes))
}

/** Parses what was sealed: authentic, and so what {@link formatContent} has made. */
export function parseContent(bytes: Uint8Array<ArrayBuffer>): RecordContent {
  const notesBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  const valueAt = LENGTH_BYTES + notesBytes
  const value = bytes.slice(valueAt)
  if (notesBytes === 0) return { value }
  const notes = JSON.parse(decoder.decode(bytes.subarray(LENGTH_BYTES, valueAt))) as RecordNotes
  return { ...notes, value }
}

function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((total, { length }) => total + length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}
