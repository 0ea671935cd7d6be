import { base64url } from 'jose'
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
const HEX_KEY = /^[0-9a-f]{64}$/i
const BASE64_KEY = /^[A-Za-z0-9+/_-]{43}=?$/

/**
 * Parses a JSON Web Key Set of 1 to 100 keys (RFC 7517 §5). It does NOT look at the keys.
 *
 * @throws {ConfigError} With this code; it has no cause, as the parser's message quotes the text.
 */
export function parseStoredKeys(text: string, code: ErrorCode, source: string): StoredKeys {
  return checkStoredKeys(parseJson(text, code, `${source} (not JSON)`), code, source)
}

/** Checks what {@link parseStoredKeys} does, of a document that is parsed already. */
export function checkStoredKeys(document: unknown, code: ErrorCode, source: string): StoredKeys {
  if (!isKeySet(document)) {
    throw new ConfigError(code, `${source} (not a JSON Web Key Set of 1 to ${MAX_KEYS} keys)`)
  }
  return document
}

/**
 * Parses what one text can hold: a private JSON Web Key or a set of them, as JSON or as base64(url)
 * of it, or a single symmetric key of 32 bytes as hex or base64(url), such as Fernet's.
 *
 * @throws {ConfigError} With this code, as {@link parseStoredKeys} does.
 */
export function parseKeyText(text: string, code: ErrorCode, source: string): StoredKeys {
  if (HEX_KEY.test(text)) return symmetricKey(bytesOfHex(text))
  if (BASE64_KEY.test(text)) return symmetricKey(bytesOfBase64(text))
  const subject = `${source} (neither JSON nor 32 bytes as hex or base64url)`
  const document = parseJson(text.startsWith('{') ? text : decodeText(text), code, subject)
  return checkStoredKeys(isKey(document) ? { keys: [document] } : document, code, source)
}

function parseJson(text: string, code: ErrorCode, subject: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ConfigError(code, subject)
  }
}

function symmetricKey(bytes: Uint8Array): StoredKeys {
  return { keys: [{ kty: 'oct', k: base64url.encode(bytes), status: 'current' }] }
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.matchAll(/../g), ([digits]) => Number.parseInt(digits, 16))
}

/** Of either alphabet, with or without padding. */
function bytesOfBase64(text: string): Uint8Array {
  const unpadded = text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
  return base64url.decode(unpadded)
}

/** What is no base64 becomes a text that is no JSON either. */
function decodeText(value: string): string {
  try {
    return new TextDecoder().decode(bytesOfBase64(value))
  } catch {
    return ''
  }
}

function isKeySet(document: unknown): document is StoredKeys {
  if (typeof document !== 'object' || document === null || !('keys' in document)) return false
  const { keys } = document
  return Array.isArray(keys) && keys.length > 0 && keys.length <= MAX_KEYS && keys.every(isKey)
}

function isKey(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && 'kty' in value && typeof value.kty === 'string'
  )
}
