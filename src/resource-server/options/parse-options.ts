import {
  buildProtectedResourceMetadata,
  isLoopbackHostname,
  parseResourceIdentifier,
  wellKnownUrl,
} from '../../oauth/index.ts'
import { createEmitter } from '../../observability/index.ts'
import { systemClock } from '../../runtime/index.ts'
import { createJwtVerifier, type TokenVerifier, type TrustedIssuer } from '../../verifiers/index.ts'
import {
  configError,
  requireKnownKeys,
  requireNumber,
  requireScopes,
  requireSecure,
  requireType,
} from './checks.ts'
import type { AuthorizationServerOptions, ResourceServerOptions } from './options.ts'
import { parseCors, parseHops, parseHosts, parseRealm } from './parse-access.ts'
import {
  connectAuthorizationServer,
  parseAuthorizationServer,
} from './parse-authorization-server.ts'
import { parseIssuers } from './parse-issuers.ts'
import {
  metadataPaths,
  mirrorPaths,
  parseAdditionalMetadata,
  parsePublishedScopes,
  RESOURCE_METADATA,
} from './parse-metadata.ts'
import type { Settings } from './settings.ts'

const KNOWN_OPTIONS: readonly string[] = [
  'resource',
  'authorizationServers',
  'audience',
  'singleAudience',
  'requiredScopes',
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
  'claims',
  'verifier',
  'isRevoked',
  'allowedOrigins',
  'allowCredentials',
  'allowedHosts',
  'trustedProxyHops',
  'tokenCacheSize',
  'allowInsecureLoopback',
  'fetch',
  'onEvent',
  'correlationId',
  'clock',
] satisfies (keyof ResourceServerOptions)[]

/**
 * Checks the options of a resource server and completes them.
 *
 * @throws {ConfigError} for the first mistake found
 */
export function parseOptions<Claims>(options: ResourceServerOptions<Claims>): Settings<Claims> {
  requireType(typeof options === 'object' && options !== null, 'options', 'an object')
  requireKnownKeys(options, KNOWN_OPTIONS, 'options')
  const { allowInsecureLoopback = false, fetch, clock = systemClock } = options
  const emit = createEmitter(options.onEvent)
  const { resource, url } = parseResource(options.resource, allowInsecureLoopback)
  const servers = parseServers(options.authorizationServers, allowInsecureLoopback)
  const connected = servers.map((server, index) =>
    connectAuthorizationServer(server, `authorizationServers[${index}]`, {
      allowInsecureLoopback,
      fetch,
      clock,
      emit,
    }),
  )
  const requiredScopes = requireScopes(options.requiredScopes, 'requiredScopes')
  const isLoopback = isLoopbackHostname(url.hostname)

  return {
    resource,
    metadataUrl: wellKnownUrl(url, RESOURCE_METADATA),
    metadata: buildProtectedResourceMetadata({
      resource,
      authorizationServers: servers.map(({ issuer }) => issuer),
      scopesSupported: parsePublishedScopes(
        options.scopesSupported,
        requiredScopes,
        'scopesSupported',
        emit,
      ),
      additional: parseAdditionalMetadata(options.metadata),
    }),
    metadataPaths: metadataPaths(url, options.metadataAtRoot === true),
    mirrorPaths: mirrorPaths(url, options.mirrorServerMetadata === true, emit),
    servers: connected.map(({ remote }) => remote),
    issuers: parseIssuers(options, servers, resource),
    verifier: parseVerifier(
      options.verifier,
      connected.map(({ trusted }) => trusted),
    ),
    claimsSchema: options.claims,
    isRevoked: options.isRevoked,
    requiredScopes,
    challengeScopes: parsePublishedScopes(
      options.challengeScopes,
      requiredScopes,
      'challengeScopes',
      emit,
    ),
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
  const issuers = servers.map(({ issuer }) => issuer)
  const twice = issuers.find((issuer, index) => issuers.indexOf(issuer) !== index)
  if (twice !== undefined) throw configError('ERR_CONFIG_ISSUER_DUPLICATE', twice)
  return servers
}

function parseVerifier(
  verifier: ResourceServerOptions['verifier'],
  trusted: readonly TrustedIssuer[],
): TokenVerifier {
  if (verifier === undefined) return createJwtVerifier(trusted)
  requireType(typeof verifier?.verify === 'function', 'verifier', 'an object with verify(token)')
  return verifier
}
