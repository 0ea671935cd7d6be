import type { AdditionalMetadata } from '../../oauth/index.ts'
import { configError, requireScopes } from '../../options/index.ts'

/** Tells the operator of an option that is risky or was ignored. */
export type Warn = (message: string) => void

/**
 * Scopes that clients are told about. `offline_access` is left out: a refresh token is between
 * client and authorization server (MCP, "Refresh Tokens").
 */
export function parsePublishedScopes(
  value: readonly string[] | undefined,
  fallback: readonly string[],
  path: string,
  warn: Warn,
): readonly string[] {
  const scopes = value === undefined ? fallback : requireScopes(value, path)
  if (!scopes.includes('offline_access')) return scopes
  warn(`${path}: offline_access is left out, since a resource server must not ask for it.`)
  return scopes.filter((scope) => scope !== 'offline_access')
}

/** Fields that other options decide; a second source could contradict them. */
const DERIVED_FIELDS: Readonly<Record<string, string>> = {
  resource: 'resource',
  authorization_servers: 'authorizationServers',
  scopes_supported: 'scopesSupported',
  dpop_signing_alg_values_supported: 'dpop',
  dpop_bound_access_tokens_required: 'dpop',
}

/** Checks the fields that the document gets beside ours. */
export function parseAdditionalMetadata(
  metadata: AdditionalMetadata | undefined,
  path: string = 'metadata',
): AdditionalMetadata {
  const { bearer_methods_supported, ...fields } = metadata ?? {}
  for (const [field, option] of Object.entries(DERIVED_FIELDS)) {
    if (Object.hasOwn(fields, field)) {
      throw configError('ERR_CONFIG_METADATA_FIELD', `${path}.${field} (option ${option})`)
    }
  }
  const isHeaderOnly = JSON.stringify(bearer_methods_supported ?? ['header']) === '["header"]'
  if (!isHeaderOnly) {
    const field = `${path}.bearer_methods_supported (tokens are read from the header only)`
    throw configError('ERR_CONFIG_METADATA_FIELD', field)
  }
  return fields
}

/** The copy of the authorization server's metadata is for old clients only. */
export function warnAboutMirror(warn: Warn): void {
  warn(
    'mirrorServerMetadata: clients of MCP 2025-06-18 and later reject metadata whose issuer is ' +
      'another origin (RFC 8414 §3.3); keep it on only for clients of 2025-03-26.',
  )
}
