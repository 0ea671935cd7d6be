import { parseResourceIdentifier } from '../../oauth/index.ts'
import {
  configError,
  requireIssuer,
  requireKnownOptions,
  requirePlainTypes,
  requireSecure,
} from '../../options/index.ts'
import {
  type EnvironmentMetadata,
  fieldOf,
  METADATA_VARIABLE,
  parseEnvironmentMetadata,
} from './environment-metadata.ts'
import type { AuthorizationServerOptions, ResourceServerOptions } from './options.ts'

/** Options of {@link fromEnvironment}. */
export interface FromEnvironmentOptions {
  /** Where the variables are looked up. @defaultValue `process.env` */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Allow http for resource and issuers on loopback addresses. For development. @defaultValue false */
  readonly allowInsecureLoopback?: boolean
}

/** What {@link fromEnvironment} reads: options of `createResourceServer`. */
export type EnvironmentSettings = Pick<
  ResourceServerOptions,
  | 'allowInsecureLoopback'
  | 'audience'
  | 'authorizationServers'
  | 'metadata'
  | 'resource'
  | 'scopesSupported'
>

const OPTIONS: readonly string[] = [
  'allowInsecureLoopback',
  'environment',
] satisfies (keyof FromEnvironmentOptions)[]

/** Variables that mean nothing without the one that names their provider. */
const NEEDED: readonly (readonly [variable: string, neededBy: readonly string[]])[] = [
  ['SK_ENV_URL', ['SK_CLIENT_ID']],
  ['AUTH0_DOMAIN', ['AUTH0_AUDIENCE', 'AUTH0_CLIENT_ID']],
]

/** The Management API and the userinfo endpoint of a tenant. */
const OWN_API = /^https:\/\/[\w.-]+\.auth0\.com\/(?:api\/v2|userinfo)\b/i

/** A variable's value, trimmed; one that is set to nothing is one that is not set. */
type Read = (name: string) => string | undefined

/**
 * The options of `createResourceServer` that the variables of the Scalekit pattern, fastapi_mcp and
 * mcp-auth name: `PROTECTED_RESOURCE_METADATA`, `SK_ENV_URL`, `EXPECTED_AUDIENCE`, `AUTH0_DOMAIN`,
 * `AUTH0_AUDIENCE`, `MCP_AUTH_ISSUER` and `MCP_RESOURCE_IDENTIFIER`.
 *
 * Nothing is fetched. It does NOT read secrets of clients: a resource server needs none.
 *
 * @throws {ConfigError} naming the variable: `ERR_CONFIG_ENVIRONMENT` for one that is missing or
 *   contradicts another, and what `createResourceServer` throws for such a value
 *
 * @example
 * ```ts
 * const gatehouse = createResourceServer({ ...fromEnvironment(), requiredScopes: ['notes:read'] })
 * ```
 */
export function fromEnvironment(options: FromEnvironmentOptions = {}): EnvironmentSettings {
  requireKnownOptions(options, OPTIONS, 'fromEnvironment')
  const types = { boolean: ['allowInsecureLoopback'], function: [], object: ['environment'] }
  requirePlainTypes(options, types, 'fromEnvironment: ')
  const { environment = globalThis.process?.env ?? {}, allowInsecureLoopback = false } = options
  const read: Read = (name) => environment[name]?.trim() || undefined
  for (const [variable, neededBy] of NEEDED) {
    const set = neededBy.find((name) => read(name) !== undefined)
    if (set === undefined || read(variable) !== undefined) continue
    throw configError('ERR_CONFIG_ENVIRONMENT', `${variable} (not set, and ${set} is)`)
  }
  const document = parseEnvironmentMetadata(read(METADATA_VARIABLE))
  const { scopesSupported, metadata } = document
  const expected = read('EXPECTED_AUDIENCE')
  return {
    resource: parseResource(read, document, allowInsecureLoopback),
    authorizationServers: parseServers(read, document, allowInsecureLoopback),
    metadata,
    allowInsecureLoopback,
    ...(expected !== undefined && { audience: expected }),
    ...(scopesSupported !== undefined && { scopesSupported }),
  }
}

function parseResource(
  read: Read,
  document: EnvironmentMetadata,
  allowInsecureLoopback: boolean,
): string {
  const named = read('MCP_RESOURCE_IDENTIFIER')
  if (named !== undefined && document.resource !== undefined && named !== document.resource) {
    const both = `MCP_RESOURCE_IDENTIFIER and ${fieldOf('resource')} (not the same)`
    throw configError('ERR_CONFIG_ENVIRONMENT', both)
  }
  // The Scalekit pattern has the public URL there, or the id `res_…`, which is no URL.
  const expected = read('EXPECTED_AUDIENCE')
  const sources: readonly (readonly [name: string, value: string | undefined])[] = [
    ['MCP_RESOURCE_IDENTIFIER', named],
    [fieldOf('resource'), document.resource],
    ['EXPECTED_AUDIENCE', expected !== undefined && URL.canParse(expected) ? expected : undefined],
  ]
  for (const [name, value] of sources) {
    if (value === undefined) continue
    const parsed = parseResourceIdentifier(value)
    if (parsed === undefined) throw configError('ERR_CONFIG_RESOURCE_INVALID', name)
    requireSecure(parsed.url, allowInsecureLoopback, name)
    return value
  }
  const either = `MCP_RESOURCE_IDENTIFIER or ${fieldOf('resource')}`
  throw configError('ERR_CONFIG_ENVIRONMENT', `${either} (neither is set)`)
}

function parseServers(
  read: Read,
  { authorizationServers: listed }: EnvironmentMetadata,
  allowInsecureLoopback: boolean,
): readonly (string | AuthorizationServerOptions)[] {
  for (const [index, issuer] of listed.entries()) {
    requireIssuer(issuer, allowInsecureLoopback, `${fieldOf('authorization_servers')}[${index}]`)
  }
  const named = readIssuers(read)
  for (const [variable, issuer] of named) {
    requireIssuer(issuer, allowInsecureLoopback, variable)
    if (listed.length === 0 || listed.includes(issuer)) continue
    const isItsOwn = variable === 'SK_ENV_URL'
    if (isItsOwn && listed.some((server) => isResourceOf(issuer, server))) continue
    const both = `${variable} and ${fieldOf('authorization_servers')} (do not name the same issuer)`
    throw configError('ERR_CONFIG_ENVIRONMENT', both)
  }
  const issuers = [...new Set([...listed, ...named.values()])]
  if (issuers.length === 0) {
    const any = 'SK_ENV_URL, AUTH0_DOMAIN, MCP_AUTH_ISSUER'
    const subject = `${any} or ${fieldOf('authorization_servers')} (none is set)`
    throw configError('ERR_CONFIG_NO_AUTHORIZATION_SERVER', subject)
  }
  const environmentUrl = named.get('SK_ENV_URL')
  const isSplit = environmentUrl !== undefined && !listed.includes(environmentUrl)
  const servers = isSplit ? joinScalekit(environmentUrl, issuers) : issuers
  const auth0 = named.get('AUTH0_DOMAIN')
  const audience = auth0 === undefined ? undefined : readAuth0Audience(read, auth0)
  return servers.map((server) =>
    server === auth0 && audience !== undefined ? { issuer: auth0, audience } : server,
  )
}

/** Clients are sent to the resource, where Scalekit's metadata is; `iss` of tokens is the environment. */
function joinScalekit(
  environmentUrl: string,
  issuers: readonly string[],
): readonly (string | AuthorizationServerOptions)[] {
  const [resource, another] = issuers.filter((issuer) => isResourceOf(environmentUrl, issuer))
  if (resource === undefined) return issuers
  if (another !== undefined) {
    const both = `${fieldOf('authorization_servers')} (more than one resource of SK_ENV_URL)`
    throw configError('ERR_CONFIG_ENVIRONMENT', both)
  }
  const server = {
    issuer: resource,
    tokenIssuer: environmentUrl,
    metadataUrl: `${resource}/.well-known/oauth-authorization-server`,
    jwksUri: `${environmentUrl}/keys`,
  }
  return issuers
    .filter((issuer) => issuer !== environmentUrl)
    .map((issuer) => (issuer === resource ? server : issuer))
}

function isResourceOf(environmentUrl: string, issuer: string): boolean {
  return issuer.startsWith(`${environmentUrl}/resources/`)
}

/** The issuers by the variables that name them. */
function readIssuers(read: Read): ReadonlyMap<string, string> {
  const issuers = new Map<string, string>()
  const environmentUrl = read('SK_ENV_URL')?.replace(/\/$/, '')
  if (environmentUrl !== undefined) issuers.set('SK_ENV_URL', environmentUrl)
  const domain = read('AUTH0_DOMAIN')?.replace(/^https:\/\//, '')
  // Auth0's issuer ends with a slash, which is part of it.
  if (domain !== undefined) issuers.set('AUTH0_DOMAIN', `https://${domain.replace(/\/$/, '')}/`)
  const issuer = read('MCP_AUTH_ISSUER')
  if (issuer !== undefined) issuers.set('MCP_AUTH_ISSUER', issuer)
  return issuers
}

/** Whatever else a user has a token of Auth0's own APIs for, it must not be good here. */
function readAuth0Audience(read: Read, issuer: string): string | undefined {
  const audience = read('AUTH0_AUDIENCE')
  // Behind a domain of the tenant's own, these APIs keep their name.
  const isOfAuth0 = audience?.startsWith(issuer) === true || OWN_API.test(audience ?? '')
  if (!isOfAuth0) return audience
  const subject = "AUTH0_AUDIENCE (an API of Auth0's own; make one for this server)"
  throw configError('ERR_CONFIG_ENVIRONMENT', subject)
}
