import { ConfigError, type ErrorCode } from '../errors/index.ts'
import type { StoredKeys } from './key-use.ts'

/** Where the keys of a ring come from. */
export interface KeySource {
  /** Names the source in errors, such as `Key file ./keys.json`. */
  readonly name: string
  /** How long what was read is used without looking again; `Infinity` for what never changes. */
  readonly checkSeconds: number
  /** How soon it may be looked at again where a key is asked for that it does not have. */
  readonly recheckSeconds: number
  /**
   * The keys as they are now: the same object as before where nothing has changed.
   *
   * @throws {ConfigError} Where there are none, or they cannot be read. No cause is attached that
   *   could quote them.
   */
  read(): Promise<StoredKeys>
}

const MAX_KEYS = 100

/**
 * Parses a JSON Web Key Set of 1 to 100 keys (RFC 7517 §5). It does NOT look at the keys.
 *
 * @throws {ConfigError} With this code; it has no cause, as the parser's message quotes the text.
 */
export function parseStoredKeys(text: string, code: ErrorCode, source: string): StoredKeys {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    throw new ConfigError(code, `${source} (not JSON)`)
  }
  return checkStoredKeys(document, code, source)
}

/** Checks what {@link parseStoredKeys} does, of a document that is parsed already. */
export function checkStoredKeys(document: unknown, code: ErrorCode, source: string): StoredKeys {
  if (!isKeySet(document)) {
    throw new ConfigError(code, `${source} (not a JSON Web Key Set of 1 to ${MAX_KEYS} keys)`)
  }
  return document
}

function isKeySet(document: unknown): document is StoredKeys {
  if (typeof document !== 'object' || document === null || !('keys' in document)) return false
  const { keys } = document
  return (
    Array.isArray(keys) &&
    keys.length > 0 &&
    keys.length <= MAX_KEYS &&
    keys.every((key) => typeof key === 'object' && key !== null && typeof key.kty === 'string')
  )
}
