import type { ApiKeyFacts } from '../observability/index.ts'
import { createKey } from './api-key-format.ts'
import {
  type CreateApiKeysOptions,
  type IssueApiKeyOptions,
  parseCreateOptions,
  parseIssueOptions,
} from './api-key-options.ts'
import { type ApiKey, type ApiKeyRecord, isKeyId, keyIdOf, withoutHash } from './api-key-record.ts'
import { type ApiKeyStore, createApiKeyStore } from './api-key-store.ts'
import { createApiKeyVerifier } from './api-key-verifier.ts'
import type { TokenVerifier } from './token-verifier.ts'

/** A key that was made just now. */
export interface IssuedApiKey extends ApiKey {
  /** The key itself. It is nowhere else: show it once, to whoever is to use it. */
  readonly key: string
}

/** The API keys of one resource. */
export interface ApiKeys {
  /**
   * Makes a key.
   *
   * @throws {ConfigError} `ERR_CONFIG_OPTION_TYPE`, `ERR_CONFIG_OPTION_UNKNOWN`,
   *   `ERR_CONFIG_SCOPE_INVALID`, `ERR_CONFIG_NUMBER_RANGE`
   */
  issue(options: IssueApiKeyOptions): Promise<IssuedApiKey>
  /** All keys, the oldest first; those that were revoked or have expired for 30 days longer. */
  list(): Promise<readonly ApiKey[]>
  /**
   * Refuses a key from the next request on, in every process; streams that are open end within 15
   * seconds. A key stays revoked.
   *
   * @returns Whether there is such a key.
   */
  revoke(keyId: string): Promise<boolean>
  /** What {@link apiKeyVerifier} creates, over the same store. */
  readonly verifier: TokenVerifier
}

/**
 * Creates the API keys of a resource: keys for machines, where OAuth is for people.
 *
 * A key is 256 random bits with a prefix and a checksum. The store has its HMAC-SHA-256, whose key is
 * in the store too, sealed: it outlives the rotation of the storage key.
 *
 * It does NOT limit who may call it, and does NOT limit how many keys there are.
 *
 * @throws {ConfigError} what {@link apiKeyVerifier} throws
 *
 * @example
 * ```ts
 * const apiKeys = createApiKeys({ storage, resource: 'https://mcp.example.com/mcp' })
 * const { key, keyId } = await apiKeys.issue({ name: 'nightly import', scopes: ['notes:write'] })
 * ```
 */
export function createApiKeys(options: CreateApiKeysOptions): ApiKeys {
  const settings = parseCreateOptions(options, 'createApiKeys')
  const { resource, prefix, clock, emit } = settings
  const store: ApiKeyStore = createApiKeyStore(settings)

  async function list(): Promise<readonly ApiKey[]> {
    const keys: ApiKey[] = []
    for await (const record of store.list()) {
      if (record.resource === resource) keys.push(withoutHash(record))
    }
    return keys.toSorted(
      (one, other) => one.createdAt - other.createdAt || (one.keyId < other.keyId ? -1 : 1),
    )
  }

  return {
    async issue(given) {
      const { expiresInSeconds, name, scopes, subject, clientId, tenant } = parseIssueOptions(given)
      const key = createKey(prefix)
      const keyHash = await store.hash(key)
      const keyId = keyIdOf(keyHash)
      const createdAt = clock.now()
      const record = {
        keyId,
        keyHash,
        resource,
        name,
        scopes,
        subject,
        clientId: clientId ?? keyId,
        tenant,
        createdAt,
        expiresAt: createdAt + expiresInSeconds,
        lastUsedAt: undefined,
        revokedAt: undefined,
      }
      await store.add(record)
      const { expiresAt } = record
      emit({ type: 'api_key.issued', scopes, expiresAt, ...factsOf(record, createdAt) })
      return { key, ...withoutHash(record) }
    },
    list,
    async revoke(keyId) {
      const record = isKeyId(keyId) ? await store.read(keyId) : undefined
      if (record?.resource !== resource) return false
      const revokedAt = clock.now()
      const isThere = await store.change(keyId, (before) =>
        before.revokedAt === undefined ? { ...before, revokedAt } : undefined,
      )
      if (record.revokedAt === undefined) {
        emit({ type: 'api_key.revoked', ...factsOf(record, revokedAt) })
      }
      return isThere
    },
    verifier: createApiKeyVerifier(settings, store),
  }
}

function factsOf(
  { keyId, name, clientId, resource, subject, tenant }: ApiKeyRecord,
  at: number,
): ApiKeyFacts {
  return { at, issuer: resource, keyId, name, clientId, subject, tenant }
}
