import { type Clock, createHashKey } from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'

/** Hashes API keys with a key of the store's own. */
export interface ApiKeyHash {
  /** Reads ahead what hashing needs. */
  warmUp(): Promise<void>
  /** HMAC-SHA-256 of a key, in hex. */
  hash(key: string): Promise<string>
  /** Whether this is the hash of that key; the platform compares, in constant time. */
  matches(key: string, keyHash: string): Promise<boolean>
}

const HMAC = { name: 'HMAC', hash: 'SHA-256' }

const encoder = new TextEncoder()
const { subtle } = globalThis.crypto

export function createApiKeyHash(storage: Storage, clock: Clock): ApiKeyHash {
  const readHashKey = createHashKey(storage, undefined, clock, 'api-keys')
  const readHmacKey = async (): Promise<CryptoKey> =>
    subtle.importKey('raw', await readHashKey(), HMAC, false, ['sign', 'verify'])
  return {
    async warmUp() {
      await readHashKey()
    },
    async hash(key) {
      return formatHex(await subtle.sign(HMAC, await readHmacKey(), encoder.encode(key)))
    },
    async matches(key, keyHash) {
      return subtle.verify(HMAC, await readHmacKey(), parseHex(keyHash), encoder.encode(key))
    },
  }
}

function formatHex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function parseHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
