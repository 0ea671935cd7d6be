import { StorageError } from '../../errors/index.ts'
import type { StoredRecord } from '../../storage/index.ts'
import { isObject } from './raw-values.ts'

const FORMAT = 1

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The bytes of a record: JSON with the version of its format. */
export function encodeRecord(content: Readonly<Record<string, unknown>>): Uint8Array {
  return encoder.encode(JSON.stringify({ version: FORMAT, ...content }))
}

/**
 * Reads a record back.
 *
 * @throws {StorageError} `ERR_STORAGE_TAMPERED` for what was not written by {@link encodeRecord}
 */
export function decodeRecord(
  { value }: StoredRecord,
  subject: string,
): Readonly<Record<string, unknown>> {
  try {
    const content: unknown = JSON.parse(decoder.decode(value))
    if (isObject(content) && content['version'] === FORMAT) return content
  } catch {
    // Said below, without what the parser quotes.
  }
  throw new StorageError('ERR_STORAGE_TAMPERED', subject, { retryable: false })
}
