import type { JWK } from 'jose'
import { ConfigError, type ErrorCode } from '../errors/index.ts'
import type { Fetch } from '../http/index.ts'
import { isScopeToken, isSecureUrl, parseIssuerIdentifier } from '../oauth/index.ts'
import type { UpstreamOptions } from './upstream-options.ts'
import { type ClaimNames, DEFAULT_CLAIM_NAMES, PROTECTED_CLAIMS } from './user-claims.ts'

/** Options of an upstream, checked, with every default filled in. */
export interface UpstreamSettings {
  readonly kind: 'oidc' | 'oauth'
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string | undefined
  readonly clientSecretMethod: 'client_secret_basic' | 'client_secret_post' | undefined
  readonly privateKey: JWK | undefined
  readonly scopes: readonly string[]
  readonly sendScopesOnRefresh: boolean
  /** Sent with every authorization request; none of them is ours. */
  readonly extraParameters: ReadonlyMap<string, string>
  readonly forwardedParameters: readonly string[]
  readonly claims: ClaimNames
  readonly subjectClaim: string
  readonly userInfo: boolean
  /** `undefined` where they are discovered. */
  readonly endpoints: UpstreamEndpoints | undefined
  readonly allowInsecureLoopback: boolean
  readonly fetch: Fetch
}

export interface UpstreamEndpoints {
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly userinfo_endpoint: string
}

/** Parameters of the authorization request that nobody but this server sets. */
export const OWN_PARAMETERS: ReadonlySet<string> = new Set([
  'client_id',
  'redirect_uri',
  'response_type',
  'response_mode',
  'state',
  'nonce',
  'scope',
  'code_challenge',
  'code_challenge_method',
  'resource',
  'request',
  'request_uri',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
])

const COMMON = [
  'name',
  'kind',
  'issuer',
  'clientId',
  'clientSecret',
  'privateKey',
  'clientSecretMethod',
  'audience',
  'extraAuthorizeParams',
  'forwardedParameters',
  'claims',
  'scopes',
  'sendScopesOnRefresh',
  'allowInsecureLoopback',
  'fetch',
]
const KNOWN = {
  oidc: [...COMMON, 'userInfo'],
  oauth: [...COMMON, 'authorizationEndpoint', 'tokenEndpoint', 'userInfoEndpoint', 'subjectClaim'],
}

// Taken when the module loads: code that replaces the global later sees none of our requests.
const platformFetch: Fetch = globalThis.fetch.bind(globalThis)

/**
 * Checks the options of an upstream.
 *
 * @param path Where they stand, for the message: `upstream` or `upstreams[1]`.
 * @throws {ConfigError}
 */
export function parseUpstreamOptions(
  options: UpstreamOptions,
  path = 'upstream',
): UpstreamSettings {
  const { kind = 'oidc', name = 'upstream', allowInsecureLoopback = false } = options
  if (kind !== 'oidc' && kind !== 'oauth') {
    throw error('ERR_CONFIG_OPTION_TYPE', `${path}.kind (oidc or oauth)`)
  }
  const unknown = Object.keys(options).find((key) => !KNOWN[kind].includes(key))
  if (unknown !== undefined) throw error('ERR_CONFIG_OPTION_UNKNOWN', `${path}.${unknown}`)
  if (!/^[a-z\d-]{1,40}$/.test(name)) {
    throw error('ERR_CONFIG_OPTION_TYPE', `${path}.name (1 to 40 of a-z, 0-9 and -)`)
  }
  requireText(options.clientId, `${path}.clientId`)
  const url = requireText(options.issuer, `${path}.issuer`) && parseIssuerIdentifier(options.issuer)
  if (!url) throw error('ERR_CONFIG_ISSUER_INVALID', `${path}.issuer`)
  if (!isSecureUrl(url, allowInsecureLoopback))
    throw error('ERR_CONFIG_NOT_HTTPS', `${path}.issuer`)
  return {
    kind,
    name,
    issuer: options.issuer,
    clientId: options.clientId,
    ...parseCredentials(options, path),
    scopes: parseScopes(options, path),
    sendScopesOnRefresh: parseSwitch(options.sendScopesOnRefresh, `${path}.sendScopesOnRefresh`),
    extraParameters: parseExtraParameters(options, path),
    forwardedParameters: parseForwarded(options, path),
    claims: parseClaims(options, path),
    subjectClaim: ('subjectClaim' in options ? options.subjectClaim : undefined) ?? 'sub',
    userInfo: options.kind === 'oauth' || options.userInfo === true,
    endpoints: options.kind === 'oauth' ? parseEndpoints(options, path) : undefined,
    allowInsecureLoopback,
    fetch: options.fetch ?? platformFetch,
  }
}

function parseCredentials(
  { kind, clientSecret, privateKey, clientSecretMethod }: UpstreamOptions,
  path: string,
): Pick<UpstreamSettings, 'clientSecret' | 'privateKey' | 'clientSecretMethod'> {
  if (clientSecret !== undefined) requireText(clientSecret, `${path}.clientSecret`)
  if (clientSecret !== undefined && privateKey !== undefined) {
    throw error('ERR_CONFIG_OPTIONS_CONFLICT', `${path}.clientSecret and ${path}.privateKey`)
  }
  const isPrivate = typeof privateKey?.d === 'string' && typeof privateKey.alg === 'string'
  if (privateKey !== undefined && !isPrivate) {
    throw error('ERR_CONFIG_KEY_INVALID', `${path}.privateKey (a private JWK with alg)`)
  }
  const method = clientSecretMethod ?? (kind === 'oauth' ? 'client_secret_post' : undefined)
  return { clientSecret, privateKey, clientSecretMethod: method }
}

function parseScopes({ kind, scopes }: UpstreamOptions, path: string): readonly string[] {
  const wanted: readonly unknown[] = scopes ?? (kind === 'oauth' ? [] : ['profile', 'email'])
  if (!Array.isArray(wanted)) {
    throw error('ERR_CONFIG_OPTION_TYPE', `${path}.scopes (an array of scopes)`)
  }
  const wrong = wanted.findIndex((scope) => !isScopeToken(scope))
  if (wrong !== -1) throw error('ERR_CONFIG_SCOPE_INVALID', `${path}.scopes[${wrong}]`)
  return [...new Set([...(kind === 'oauth' ? [] : ['openid']), ...wanted.filter(isScopeToken)])]
}

function parseSwitch(value: boolean | undefined, path: string): boolean {
  if (value === undefined || typeof value === 'boolean') return value === true
  throw error('ERR_CONFIG_OPTION_TYPE', `${path} (a boolean)`)
}

function parseExtraParameters(
  { audience, extraAuthorizeParams = {} }: UpstreamOptions,
  path: string,
): ReadonlyMap<string, string> {
  const parameters = new Map(Object.entries(extraAuthorizeParams))
  for (const [name, value] of parameters) {
    requireForeign(name, `${path}.extraAuthorizeParams.${name}`)
    requireText(value, `${path}.extraAuthorizeParams.${name}`)
  }
  if (audience === undefined) return parameters
  requireText(audience, `${path}.audience`)
  if (parameters.has('audience')) {
    throw error('ERR_CONFIG_OPTIONS_CONFLICT', `${path}.audience and extraAuthorizeParams.audience`)
  }
  return parameters.set('audience', audience)
}

function parseForwarded(
  { forwardedParameters = [] }: UpstreamOptions,
  path: string,
): readonly string[] {
  for (const [index, name] of forwardedParameters.entries()) {
    requireForeign(requireText(name, `${path}.forwardedParameters[${index}]`), path)
  }
  return forwardedParameters
}

function parseClaims({ claims }: UpstreamOptions, path: string): ClaimNames {
  if (claims === undefined) return DEFAULT_CLAIM_NAMES
  const taken = Object.keys(claims).find((name) => PROTECTED_CLAIMS.has(name))
  if (taken !== undefined) throw error('ERR_CONFIG_OPTIONS_CONFLICT', `${path}.claims.${taken}`)
  return claims
}

function parseEndpoints(
  options: Extract<UpstreamOptions, { readonly kind: 'oauth' }>,
  path: string,
): UpstreamEndpoints {
  const endpoint = (
    name: 'authorizationEndpoint' | 'tokenEndpoint' | 'userInfoEndpoint',
  ): string => {
    const value = requireText(options[name], `${path}.${name}`)
    if (!URL.canParse(value)) {
      throw error('ERR_CONFIG_OPTION_TYPE', `${path}.${name} (an absolute URL)`)
    }
    if (!isSecureUrl(new URL(value), options.allowInsecureLoopback ?? false)) {
      throw error('ERR_CONFIG_NOT_HTTPS', `${path}.${name}`)
    }
    return value
  }
  return {
    authorization_endpoint: endpoint('authorizationEndpoint'),
    token_endpoint: endpoint('tokenEndpoint'),
    userinfo_endpoint: endpoint('userInfoEndpoint'),
  }
}

function requireForeign(name: string, path: string): void {
  if (OWN_PARAMETERS.has(name)) {
    throw error('ERR_CONFIG_AUTHORIZATION_PARAMETER', `${path} (${name})`)
  }
}

function requireText(value: unknown, path: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value
  throw error('ERR_CONFIG_NOT_A_STRING', path)
}

function error(code: ErrorCode, subject: string): ConfigError {
  return new ConfigError(code, subject)
}
