import { StorageError } from '../errors/index.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** A record's value: JSON with the version of its format. */
export function formatRecord(version: number, content: object): Uint8Array {
  return encoder.encode(JSON.stringify({ version, ...content }))
}

/**
 * Reads what {@link formatRecord} made, without the version.
 *
 * @param subject What it is, for the message.
 * @param check Gives the content its type, or `undefined` where it is none.
 * @throws {StorageError} `ERR_STORAGE_TAMPERED` for anything else, also for another version.
 */
export function parseRecord<Content>(
  value: Uint8Array,
  version: number,
  subject: string,
  check: (content: Readonly<Record<string, unknown>>) => Content | undefined,
): Content {
  try {
    const { version: found, ...content } = JSON.parse(decoder.decode(value)) as Record<
      string,
      unknown
    >
    const checked = found === version ? check(content) : undefined
    if (checked !== undefined) return checked
  } catch {
    // Said below, without what the parser quotes.
  }
  throw new StorageError('ERR_STORAGE_TAMPERED', subject, { retryable: false })
}
