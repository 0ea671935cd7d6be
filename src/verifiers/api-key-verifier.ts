import type { TokenClaims } from '../principal/index.ts'
import { isWorkRequestBound } from '../runtime/index.ts'
import { checkKey, keyStart } from './api-key-format.ts'
import { type ApiKeySettings, type ApiKeysOptions, parseApiKeysOptions } from './api-key-options.ts'
import type { ApiKeyRecord } from './api-key-record.ts'
import { type ApiKeyStore, createApiKeyStore } from './api-key-store.ts'
import { accept, refuse } from './token-failure.ts'
import type { TokenVerifier } from './token-verifier.ts'

/**
 * Creates the verifier for API keys that {@link createApiKeys} or `mcp-gatehouse api-keys issue` has
 * made, for processes that issue none.
 *
 * Every request reads the store, so that a key that was revoked anywhere is refused by the next
 * one; while the store cannot be reached, requests are answered 503. Without the key that hashes
 * are made with, which is sealed in the store, nothing in the store tells what a key is.
 *
 * It does NOT check expiry, scopes or audience: the resource server does. It takes every token that
 * begins with the prefix, and no other.
 *
 * @throws {ConfigError} `ERR_CONFIG_STORAGE_UNSEALED` for a store that outlives the process and is
 *   not sealed; `ERR_CONFIG_RESOURCE_INVALID`, `ERR_CONFIG_OPTION_TYPE`, `ERR_CONFIG_OPTION_UNKNOWN`
 *
 * @example
 * ```ts
 * createResourceServer({
 *   resource,
 *   authorizationServers: [issuer],
 *   verifier: firstOf([jwtVerifier({ issuer }), apiKeyVerifier({ storage, resource })]),
 * })
 * ```
 */
export function apiKeyVerifier(options: ApiKeysOptions): TokenVerifier {
  const settings = parseApiKeysOptions(options, 'apiKeyVerifier')
  return createApiKeyVerifier(settings, createApiKeyStore(settings))
}

/** Creates the verifier of keys in this store. */
export function createApiKeyVerifier(
  { resource, prefix, clock }: ApiKeySettings,
  store: ApiKeyStore,
): TokenVerifier {
  async function isRevoked(keyId: string): Promise<boolean> {
    const record = await store.read(keyId)
    return record === undefined || record.revokedAt !== undefined
  }

  return {
    recognizes: [{ form: 'prefix', prefix: keyStart(prefix) }],
    issuers: [resource],
    warmUp: () => store.warmUp(),
    async verify(token) {
      const key = checkKey(token, prefix)
      if (!key.ok) return key
      const record = await store.find(key.value)
      if (record === undefined) return refuse('api_key')
      if (record.revokedAt !== undefined) return refuse('revoked')
      if (clock.now() < record.expiresAt) {
        const noted = store.noteUse(record)
        if (isWorkRequestBound) await noted
      }
      const claims = claimsOf(record, resource)
      return accept({ issuer: resource, claims, isRevoked: () => isRevoked(record.keyId) })
    },
  }
}

/** What a token would say that was issued instead of the key. */
function claimsOf(record: ApiKeyRecord, issuer: string): TokenClaims {
  const { subject, tenant } = record
  return {
    iss: issuer,
    aud: record.resource,
    ...(subject !== undefined && { sub: subject }),
    client_id: record.clientId,
    ...(tenant !== undefined && { tenant_id: tenant }),
    scope: record.scopes.join(' '),
    iat: record.createdAt,
    exp: record.expiresAt,
    jti: record.keyId,
    key_name: record.name,
  }
}
