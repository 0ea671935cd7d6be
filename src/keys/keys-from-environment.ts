import { base64url } from 'jose'
import { ConfigError } from '../errors/index.ts'
import { type KeySource, parseStoredKeys } from './key-source.ts'
import type { StoredKeys } from './key-use.ts'

const HEX_KEY = /^[0-9a-f]{64}$/i
const BASE64_KEY = /^[A-Za-z0-9+/_-]{43}=?$/

/**
 * Reads keys from an environment variable, once: a private JSON Web Key Set as JSON or as
 * base64(url) of it, or a single symmetric key of 32 bytes as hex or base64(url).
 *
 * @param environment Where the variable is looked up. @defaultValue `process.env`
 * @throws {ConfigError} `ERR_CONFIG_KEY_INVALID` from `read()`, where the variable is not set or
 *   holds neither; its value is in no message.
 */
export function keysFromEnvironment(
  variable: string,
  environment: Readonly<Record<string, string | undefined>> = globalThis.process?.env ?? {},
): KeySource {
  const name = `Environment variable ${variable}`
  let document: StoredKeys | undefined
  return {
    name,
    checkSeconds: Infinity,
    recheckSeconds: Infinity,
    async read() {
      document ??= readVariable(environment[variable]?.trim() ?? '', name)
      return document
    },
  }
}

function readVariable(value: string, name: string): StoredKeys {
  if (value === '') throw new ConfigError('ERR_CONFIG_KEY_INVALID', `${name} (not set)`)
  if (HEX_KEY.test(value)) return symmetricKey(bytesOfHex(value))
  if (BASE64_KEY.test(value)) return symmetricKey(bytesOfBase64(value))
  const text = value.startsWith('{') ? value : decodeText(value)
  return parseStoredKeys(text, 'ERR_CONFIG_KEY_INVALID', name)
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
