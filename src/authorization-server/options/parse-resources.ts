import type { JWK } from 'jose'
import { isSecureUrl, parseResourceIdentifier } from '../../oauth/index.ts'
import {
  configError,
  requireKnownOptions,
  requireScopes,
  requireType,
} from '../../options/index.ts'
import type { CreateAuthorizationServerOptions, ResourceOptions } from './options.ts'
import type { ResourceSettings } from './settings.ts'

/** Checks the resources; each must be one that a resource server can be. */
export function parseResources(
  resources: CreateAuthorizationServerOptions['resources'],
  allowInsecureLoopback: boolean,
): readonly ResourceSettings[] {
  requireType(
    typeof resources === 'object' && resources !== null,
    'resources',
    'an object of resource identifiers and their scopes',
  )
  const entries: readonly (readonly [string, readonly string[] | ResourceOptions])[] = isList(
    resources,
  )
    ? resources.map((identifier) => [identifier, []] as const)
    : Object.entries(resources)
  if (entries.length === 0) throw configError('ERR_CONFIG_RESOURCE_INVALID', 'resources (none)')
  return entries.map(([identifier, value]) => {
    checkIdentifier(identifier, allowInsecureLoopback)
    return parseResource(identifier, isList(value) ? { scopes: value } : value)
  })
}

function checkIdentifier(identifier: string, allowInsecureLoopback: boolean): void {
  const path = `resources.${identifier}`
  const parsed = parseResourceIdentifier(identifier)
  if (parsed === undefined) throw configError('ERR_CONFIG_RESOURCE_INVALID', path)
  if (!isSecureUrl(parsed.url, allowInsecureLoopback)) {
    throw configError('ERR_CONFIG_NOT_HTTPS', path)
  }
}

function parseResource(identifier: string, options: ResourceOptions): ResourceSettings {
  const path = `resources.${identifier}`
  requireType(typeof options === 'object' && options !== null, path, 'scopes or an object')
  requireKnownOptions(
    options,
    ['scopes', 'defaultScopes', 'encryption', 'dpopBoundAccessTokens'],
    path,
  )
  const scopes = requireScopes(options.scopes, `${path}.scopes`)
  const defaultScopes = requireScopes(options.defaultScopes ?? scopes, `${path}.defaultScopes`)
  const stranger = defaultScopes.find((scope) => !scopes.includes(scope))
  if (stranger !== undefined) {
    throw configError('ERR_CONFIG_SCOPE_INVALID', `${path}.defaultScopes (${stranger})`)
  }
  const { dpopBoundAccessTokens = false } = options
  requireType(
    typeof dpopBoundAccessTokens === 'boolean',
    `${path}.dpopBoundAccessTokens`,
    'a boolean',
  )
  const encryption = parseEncryption(options, path)
  return { identifier, scopes, defaultScopes, encryption, dpopBoundAccessTokens }
}

/** A private key here would be given to nobody who needs it. */
function parseEncryption({ encryption }: ResourceOptions, path: string): JWK | undefined {
  if (encryption === undefined) return undefined
  const { kid, alg, d, k } = encryption
  const isPublic = d === undefined && k === undefined
  if (isPublic && typeof kid === 'string' && typeof alg === 'string') return encryption
  throw configError('ERR_CONFIG_KEY_INVALID', `${path}.encryption (a public key with kid and alg)`)
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value)
}
