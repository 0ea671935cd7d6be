import {
  formatRecord,
  isOptionalNumber,
  isOptionalString,
  isStringList,
  parseRecord,
} from '../runtime/index.ts'

/** What is known of an API key. The key itself is not: nobody has it but who got it. */
export interface ApiKey {
  /** Names the key where it is listed and revoked; not a secret, and not a part of the key. */
  readonly keyId: string
  /** What it is for, for people. */
  readonly name: string
  readonly scopes: readonly string[]
  /** Whoever it acts for; `undefined` for a client that acts for itself. */
  readonly subject: string | undefined
  readonly clientId: string
  readonly tenant: string | undefined
  /** Seconds since the epoch, as all instants here. */
  readonly createdAt: number
  readonly expiresAt: number
  /** To the minute; `undefined` before its first use. */
  readonly lastUsedAt: number | undefined
  readonly revokedAt: number | undefined
}

/** A key as it is stored. */
export interface ApiKeyRecord extends ApiKey {
  /** The resource that it is for. */
  readonly resource: string
  /** HMAC-SHA-256 of the key, in hex. */
  readonly keyHash: string
}

const FORMAT = 1
const KEY_ID_LENGTH = 32
const KEY_HASH = /^[0-9a-f]{64}$/

/** The first half of the hash: found by whoever has the key, without a part of it. */
export function keyIdOf(keyHash: string): string {
  return keyHash.slice(0, KEY_ID_LENGTH)
}

/** Whether a text can be the id of a key. */
export function isKeyId(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{32}$/.test(text)
}

export function formatApiKey({ keyId: _keyId, ...content }: ApiKeyRecord): Uint8Array {
  return formatRecord(FORMAT, content)
}

/** @throws {StorageError} `ERR_STORAGE_TAMPERED` */
export function parseApiKey(value: Uint8Array): ApiKeyRecord {
  return parseRecord(value, FORMAT, 'API key', (content) => {
    const { resource, keyHash, name, scopes, subject, clientId, tenant } = content
    const { createdAt, expiresAt, lastUsedAt, revokedAt } = content
    if (typeof resource !== 'string' || typeof name !== 'string') return undefined
    if (typeof keyHash !== 'string' || !KEY_HASH.test(keyHash)) return undefined
    if (!isStringList(scopes) || typeof clientId !== 'string') return undefined
    if (!isOptionalString(subject) || !isOptionalString(tenant)) return undefined
    if (typeof createdAt !== 'number' || typeof expiresAt !== 'number') return undefined
    if (!isOptionalNumber(lastUsedAt) || !isOptionalNumber(revokedAt)) return undefined
    const owner = { subject, clientId, tenant }
    const times = { createdAt, expiresAt, lastUsedAt, revokedAt }
    return { keyId: keyIdOf(keyHash), resource, keyHash, name, scopes, ...owner, ...times }
  })
}

/** What of a key may be shown. */
export function withoutHash({
  keyHash: _keyHash,
  resource: _resource,
  ...key
}: ApiKeyRecord): ApiKey {
  return key
}
