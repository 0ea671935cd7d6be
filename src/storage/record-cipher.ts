import type * as Crypto from 'node:crypto'
import { nodeBuiltin } from '../runtime/index.ts'

/** What one record is sealed with, beside the storage key. */
export interface RecordSecrets {
  /** 128 random bits, from which and the storage key the key of this record is derived. */
  readonly salt: Uint8Array<ArrayBuffer>
  /** 96 random bits. */
  readonly nonce: Uint8Array<ArrayBuffer>
  /** Bytes that are not in the record, and must be the same when it is opened. */
  readonly associatedData: Uint8Array<ArrayBuffer>
}

/**
 * AES-256-GCM (NIST SP 800-38D) under a key that is derived for each record (HKDF-SHA-256, RFC
 * 5869): no number of records wears out the storage key, and a nonce would have to repeat together
 * with its salt.
 */
export interface RecordCipher {
  /** @returns The ciphertext, and behind it the tag of 16 bytes. */
  seal(
    plaintext: Uint8Array<ArrayBuffer>,
    secrets: RecordSecrets,
  ): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>
  /** @returns The plaintext; `undefined` where anything differs from what was sealed. */
  open(
    ciphertext: Uint8Array<ArrayBuffer>,
    secrets: RecordSecrets,
  ): Uint8Array<ArrayBuffer> | undefined | Promise<Uint8Array<ArrayBuffer> | undefined>
}

const INFO = new TextEncoder().encode('mcp-gatehouse sealed record 1')
const KEY_BITS = 256
const TAG_BYTES = 16
const { subtle } = globalThis.crypto

/** The cipher of the platform; `node:crypto` is many times faster for what is small. */
export function createRecordCipher(secret: Uint8Array<ArrayBuffer>): RecordCipher {
  const crypto = nodeBuiltin('node:crypto')
  return crypto === undefined ? createWebCipher(secret) : createNodeCipher(secret, crypto)
}

/** {@link RecordCipher} on `node:crypto`. */
export function createNodeCipher(
  secret: Uint8Array<ArrayBuffer>,
  crypto: typeof Crypto,
): RecordCipher {
  const { createCipheriv, createDecipheriv, createSecretKey, hkdfSync } = crypto
  const storageKey = createSecretKey(secret)
  const options = { authTagLength: TAG_BYTES }
  // As an object: `createCipheriv` takes several times as long for a key that is given as bytes.
  const deriveKey = (salt: Uint8Array): Crypto.KeyObject =>
    createSecretKey(new Uint8Array(hkdfSync('sha256', storageKey, salt, INFO, KEY_BITS / 8)))
  return {
    seal(plaintext, { salt, nonce, associatedData }) {
      const cipher = createCipheriv('aes-256-gcm', deriveKey(salt), nonce, options)
      cipher.setAAD(associatedData)
      const sealed = new Uint8Array(plaintext.length + TAG_BYTES)
      sealed.set(cipher.update(plaintext))
      cipher.final()
      sealed.set(cipher.getAuthTag(), plaintext.length)
      return sealed
    },
    open(ciphertext, { salt, nonce, associatedData }) {
      const length = ciphertext.length - TAG_BYTES
      if (length < 0) return undefined
      const decipher = createDecipheriv('aes-256-gcm', deriveKey(salt), nonce, options)
      decipher.setAAD(associatedData)
      decipher.setAuthTag(ciphertext.subarray(length))
      const plaintext = new Uint8Array(decipher.update(ciphertext.subarray(0, length)))
      try {
        decipher.final()
        return plaintext
      } catch {
        // The plaintext is there by now, and nobody may see it.
        return undefined
      }
    },
  }
}

/** {@link RecordCipher} on WebCrypto. */
export function createWebCipher(secret: Uint8Array<ArrayBuffer>): RecordCipher {
  const storageKey = subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
  async function deriveKey(salt: Uint8Array<ArrayBuffer>, use: KeyUsage): Promise<CryptoKey> {
    return subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt, info: INFO },
      await storageKey,
      { name: 'AES-GCM', length: KEY_BITS },
      false,
      [use],
    )
  }
  return {
    async seal(plaintext, secrets) {
      const key = await deriveKey(secrets.salt, 'encrypt')
      return new Uint8Array(await subtle.encrypt(parametersOf(secrets), key, plaintext))
    },
    async open(ciphertext, secrets) {
      const key = await deriveKey(secrets.salt, 'decrypt')
      try {
        return new Uint8Array(await subtle.decrypt(parametersOf(secrets), key, ciphertext))
      } catch (error) {
        if (error instanceof DOMException && error.name === 'OperationError') return undefined
        throw error
      }
    },
  }
}

function parametersOf({ nonce, associatedData }: RecordSecrets): AesGcmParams {
  return {
    name: 'AES-GCM',
    iv: nonce,
    additionalData: associatedData,
    tagLength: TAG_BYTES * 8,
  }
}
