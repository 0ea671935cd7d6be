import type { LimitsContext } from '../../limits/index.ts'
import {
  buildProtectedResourceMetadata,
  isLoopbackHostname,
  parseResourceIdentifier,
  wellKnownUrl,
} from '../../oauth/index.ts'
import { createEmitter } from '../../observability/index.ts'
import {
  configError,
  type PlainTypes,
  requireKnownOptions,
  requireList,
  requireNotUnset,
  requireNumber,
  requirePlainTypes,
  requireScopes,
  requireSecure,
  requireType,
} from '../../options/index.ts'
import { definePolicy, isPolicy } from '../../policy/index.ts'
import { createMemoryRevocations } from '../../revocation/index.ts'
import { systemClock } from '../../runtime/index.ts'
import { createJwtVerifier, type TokenVerifier } from '../../verifiers/index.ts'
import type { AuthorizationServerOptions, ResourceServerOptions } from './options.ts'
import { parseCors, parseHops, parseHosts, parseRealm } from './parse-access.ts'
import {
  connectAuthorizationServer,
  parseAuthorizationServer,
  tokenIssuerOf,
} from './parse-authorization-server.ts'
import { parseBounds } from './parse-bounds.ts'
import { buildDocuments, RESOURCE_METADATA } from './parse-documents.ts'
import { parseDpop } from './parse-dpop.ts'
import { parseIssuers, parseLeeway } from './parse-issuers.ts'
import { parseAdditionalMetadata, parsePublishedScopes } from './parse-metadata.ts'
import type { Settings } from './settings.ts'

const KNOWN_OPTIONS: readonly string[] = [
  'resource',
  'authorizationServers',
  'audience',
  'singleAudience',
  'requiredScopes',
  'requiredClaims',
  'claimsAsScopes',
  'publishedKeys',
  'policy',
  'decide',
  'policyTimeoutSeconds',
  'challengeScopes',
  'scopesSupported',
  'metadata',
  'metadataAtRoot',
  'mirrorServerMetadata',
  'realm',
  'leewaySeconds',
  'maxTokenLifetimeSeconds',
  'maxTokenAgeSeconds',
  'requireSubject',
  'dpop',
  'claims',
  'verifier',
  'isRevoked',
  'revocations',
  'requestedTenant',
  'maxBodyBytes',
  'maxAnswerBytes',
  'maxCallSeconds',
  'maxStreamsPerPrincipal',
  'allowedOrigins',
  'allowCredentials',
  'allowedHosts',
  'trustedProxyHops',
  'limits',
  'tokenCacheSize',
  'allowInsecureLoopback',
  'fetch',
  'onEvent',
  'correlationId',
  'clock',
] satisfies (keyof ResourceServerOptions)[]

const PLAIN_TYPES = {
  boolean: [
    'singleAudience',
    'claimsAsScopes',
    'metadataAtRoot',
    'mirrorServerMetadata',
    'requireSubject',
    'allowCredentials',
    'allowInsecureLoopback',
  ],
  function: ['decide', 'isRevoked', 'requestedTenant', 'fetch', 'onEvent', 'correlationId'],
  object: ['metadata'],
} satisfies Record<keyof PlainTypes, (keyof ResourceServerOptions)[]>

const REQUEST_SCOPES = 'authorizationServers[0].requestScopes(…)'

/** Those that allow less than their default does. */
const NOT_UNSET = [
  'requiredScopes',
  'policy',
  'dpop',
  'limits',
  'allowedHosts',
] satisfies (keyof ResourceServerOptions)[]

/**
 * Checks the options of a resource server and completes them.
 *
 * @throws {ConfigError} for the first mistake found
 */
export function parseOptions<Claims>(options: ResourceServerOptions<Claims>): Settings<Claims> {
  checkTypes(options)
  const { allowInsecureLoopback = false, fetch, clock = systemClock } = options
  const emit = createEmitter(options.onEvent)
  const warn = (message: string): void => emit({ type: 'config.warning', at: clock.now(), message })
  const { resource, url } = parseResource(options.resource, allowInsecureLoopback)
  const servers = parseServers(options.authorizationServers, allowInsecureLoopback)
  const connection = { allowInsecureLoopback, fetch, clock, emit }
  const connected = servers.map((server, index) =>
    connectAuthorizationServer(server, `authorizationServers[${index}]`, connection),
  )
  const publish = (
    value: readonly string[] | undefined,
    fallback: readonly string[],
    path: string,
  ) => parsePublishedScopes(value, fallback, path, warn)
  const asked = (scopes: readonly string[]): readonly string[] =>
    requireScopes(servers[0]?.requestScopes?.(scopes) ?? scopes, REQUEST_SCOPES)
  const requiredScopes = publish(options.requiredScopes, [], 'requiredScopes')
  const isLoopback = isLoopbackHostname(url.hostname)
  const remotes = connected.map(({ remote }) => remote)
  const dpop = parseDpop(options.dpop, parseLeeway(options), url)
  const metadata = buildProtectedResourceMetadata({
    resource,
    authorizationServers: servers.map(({ issuer }) => issuer),
    scopesSupported: asked(publish(options.scopesSupported, requiredScopes, 'scopesSupported')),
    dpop: dpop && { algorithms: dpop.proofs.algorithms, required: dpop.required },
    additional: parseAdditionalMetadata(options.metadata),
  })
  const requiredClaims = [...new Set(requireList(options.requiredClaims, 'requiredClaims'))]

  return {
    resource,
    metadataUrl: wellKnownUrl(url, RESOURCE_METADATA),
    metadata,
    documents: buildDocuments(options, { url, metadata, requiredClaims, servers: remotes, warn }),
    servers: remotes,
    issuers: parseIssuers(options, servers, resource, parseOwnIssuers(options.verifier, servers)),
    verifier: options.verifier ?? createJwtVerifier(connected.map(({ trusted }) => trusted)),
    claimsSchema: options.claims,
    isRevoked: options.isRevoked,
    requestedTenant: options.requestedTenant,
    dpop,
    requiredScopes,
    requiredClaims,
    claimsAsScopes: options.claimsAsScopes === true,
    ...parseDecisions(options),
    ...parseCallerLimits(options, { scope: resource, clock, emit }),
    ...parseBounds(options),
    challengeScopes: asked(publish(options.challengeScopes, requiredScopes, 'challengeScopes')),
    realm: parseRealm(options.realm),
    tokenCacheSize: requireNumber(options.tokenCacheSize, [0, 1_000_000], 'tokenCacheSize', 10_000),
    cors: parseCors(options, isLoopback),
    allowedHosts: parseHosts(options.allowedHosts, isLoopback),
    trustedProxyHops: parseHops(options.trustedProxyHops),
    correlationId: options.correlationId,
    isAudited: options.onEvent !== undefined,
    emit,
    clock,
  }
}

function checkTypes<Claims>(options: ResourceServerOptions<Claims>): void {
  requireKnownOptions(options, KNOWN_OPTIONS, 'options')
  requirePlainTypes(options, PLAIN_TYPES, '')
  requireNotUnset(options, NOT_UNSET, '')
  requireMethods(options)
}

/** No issuer is both: its tokens would be checked by other rules than those of its server. */
function parseOwnIssuers(
  verifier: TokenVerifier | undefined,
  servers: readonly AuthorizationServerOptions[],
): readonly string[] {
  const own = requireList(verifier?.issuers, 'verifier.issuers')
  const both = own.findIndex((issuer) => servers.some((server) => server.issuer === issuer))
  if (both === -1) return own
  throw configError('ERR_CONFIG_ISSUER_DUPLICATE', `verifier.issuers[${both}]`)
}

type DecisionOptions = Pick<
  ResourceServerOptions<unknown>,
  'policy' | 'decide' | 'policyTimeoutSeconds' | 'revocations'
>

function parseDecisions({
  policy,
  decide,
  policyTimeoutSeconds,
  revocations = createMemoryRevocations(),
}: DecisionOptions): Pick<
  Settings<unknown>,
  'policy' | 'decide' | 'policyTimeoutSeconds' | 'checksMessages' | 'revocations'
> {
  return {
    policy: policy === undefined || isPolicy(policy) ? policy : definePolicy(policy),
    decide,
    checksMessages: policy !== undefined || decide !== undefined,
    policyTimeoutSeconds: requireNumber(policyTimeoutSeconds, [1, 60], 'policyTimeoutSeconds', 5),
    revocations,
  }
}

function parseCallerLimits(
  { policy, decide, limits }: Pick<ResourceServerOptions<unknown>, 'policy' | 'decide' | 'limits'>,
  context: LimitsContext,
): Pick<Settings<unknown>, 'limits' | 'readsMessages' | 'readyLimits'> {
  const opened = limits?.open(context)
  const isDecided = policy !== undefined || decide !== undefined
  return {
    limits: opened,
    readsMessages: isDecided || opened?.readsMessages === true,
    readyLimits: async () => limits?.ready(),
  }
}

/** Options that are objects with methods: each of them is called on some request. */
function requireMethods({
  claims,
  clock,
  limits,
  revocations,
  verifier,
}: Pick<
  ResourceServerOptions<unknown>,
  'claims' | 'clock' | 'limits' | 'revocations' | 'verifier'
>): void {
  const isClock = typeof clock?.now === 'function' && typeof clock.elapsed === 'function'
  requireType(clock === undefined || isClock, 'clock', 'an object with now() and elapsed()')
  const areLimits = limits === undefined || typeof limits?.open === 'function'
  requireType(areLimits, 'limits', 'what createLimits() makes')
  const isSchema = typeof claims?.['~standard']?.validate === 'function'
  requireType(claims === undefined || isSchema, 'claims', 'a Standard Schema')
  const isVerifier = typeof verifier?.verify === 'function'
  requireType(verifier === undefined || isVerifier, 'verifier', 'an object with verify(token)')
  const areRevocations =
    typeof revocations?.revoke === 'function' && typeof revocations.revokedBefore === 'function'
  requireType(
    revocations === undefined || areRevocations,
    'revocations',
    'an object with revoke() and revokedBefore()',
  )
}

function parseResource(
  value: unknown,
  allowInsecureLoopback: boolean,
): { resource: string; url: URL } {
  const parsed = typeof value === 'string' ? parseResourceIdentifier(value) : undefined
  if (parsed === undefined) throw configError('ERR_CONFIG_RESOURCE_INVALID', 'resource')
  requireSecure(parsed.url, allowInsecureLoopback, 'resource')
  return parsed
}

function parseServers(
  value: ResourceServerOptions['authorizationServers'],
  allowInsecureLoopback: boolean,
): readonly AuthorizationServerOptions[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw configError('ERR_CONFIG_NO_AUTHORIZATION_SERVER', 'authorizationServers')
  }
  const servers = value.map((server, index) =>
    parseAuthorizationServer(server, `authorizationServers[${index}]`, allowInsecureLoopback),
  )
  const issuers = servers.map(tokenIssuerOf)
  const twice = issuers.findIndex((issuer, index) => issuers.indexOf(issuer) !== index)
  if (twice !== -1)
    throw configError('ERR_CONFIG_ISSUER_DUPLICATE', `authorizationServers[${twice}]`)
  return servers
}
