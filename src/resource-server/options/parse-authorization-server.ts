import {
  createRemoteAuthorizationServer,
  parseServerMetadata,
  type RemoteAuthorizationServer,
} from '../../discovery/index.ts'
import { ConfigError, UpstreamError } from '../../errors/index.ts'
import type { Emit } from '../../observability/index.ts'
import {
  configError,
  type PlainTypes,
  requireIssuer,
  requireKnownOptions,
  requireList,
  requireNotUnset,
  requirePlainTypes,
  requireSecureUrl,
  requireStrings,
  requireType,
} from '../../options/index.ts'
import type { Clock } from '../../runtime/index.ts'
import {
  ASYMMETRIC_ALGORITHMS,
  isLongEnough,
  type SharedSecret,
  SYMMETRIC_ALGORITHMS,
  type TrustedIssuer,
} from '../../verifiers/index.ts'
import type { AuthorizationServerOptions, ResourceServerOptions } from './options.ts'

/** What an authorization server's options have in common with the others. */
export interface SharedOptions {
  readonly allowInsecureLoopback: boolean
  readonly fetch: ResourceServerOptions['fetch']
  readonly clock: Clock
  readonly emit: Emit
}

const KNOWN_OPTIONS: readonly string[] = [
  'issuer',
  'tokenIssuer',
  'metadataUrl',
  'metadata',
  'transformMetadata',
  'jwksUri',
  'secret',
  'algorithms',
  'requireAtJwt',
  'allowKeyTrial',
  'audience',
  'clientsWithoutAudience',
  'otherAudiences',
  'mapClaims',
  'requestScopes',
] satisfies (keyof AuthorizationServerOptions)[]

const PLAIN_TYPES = {
  boolean: ['requireAtJwt', 'allowKeyTrial'],
  function: ['mapClaims', 'requestScopes', 'transformMetadata'],
  object: ['metadata'],
} satisfies Record<keyof PlainTypes, (keyof AuthorizationServerOptions)[]>

/** Checks the options of one authorization server; an issuer identifier alone is enough. */
export function parseAuthorizationServer(
  value: string | AuthorizationServerOptions,
  path: string,
  allowInsecureLoopback: boolean,
): AuthorizationServerOptions {
  const options = typeof value === 'string' ? { issuer: value } : value
  requireType(typeof options === 'object' && options !== null, path, 'an issuer or an object')
  requireKnownOptions(options, KNOWN_OPTIONS, path)
  requirePlainTypes(options, PLAIN_TYPES, `${path}.`)
  requireNotUnset(options, ['algorithms', 'tokenIssuer'], `${path}.`)
  // An unset environment variable must not turn into another way of verifying.
  if ('secret' in options && options.secret === undefined) {
    throw configError('ERR_CONFIG_SECRET_TOO_SHORT', `${path}.secret`)
  }
  requireIssuer(options.issuer, allowInsecureLoopback, `${path}.issuer`)
  if (options.tokenIssuer !== undefined) {
    requireIssuer(options.tokenIssuer, allowInsecureLoopback, `${path}.tokenIssuer`)
  }
  requireSecureUrl(options.metadataUrl, allowInsecureLoopback, `${path}.metadataUrl`)
  requireSecureUrl(options.jwksUri, allowInsecureLoopback, `${path}.jwksUri`)
  requireStrings(options.audience, `${path}.audience`)
  requireList(options.clientsWithoutAudience, `${path}.clientsWithoutAudience`)
  requireStrings(options.otherAudiences, `${path}.otherAudiences`)
  if (options.metadata !== undefined && options.metadataUrl !== undefined) {
    throw configError('ERR_CONFIG_OPTIONS_CONFLICT', `${path}.metadata and ${path}.metadataUrl`)
  }
  checkStaticMetadata(options, path, allowInsecureLoopback)
  return options
}

/** The authorization server as it is read, and as the JWT verifier trusts it. */
export function connectAuthorizationServer(
  options: AuthorizationServerOptions,
  path: string,
  shared: SharedOptions,
): { readonly remote: RemoteAuthorizationServer; readonly trusted: TrustedIssuer } {
  const { issuer, metadataUrl, metadata, transformMetadata, jwksUri } = options
  const algorithms = parseAlgorithms(options, path)
  const secret = parseSecret(options, algorithms, path)
  const remote = createRemoteAuthorizationServer({
    issuer,
    metadataUrl,
    metadata,
    transformMetadata,
    jwksUri,
    allowInsecureLoopback: shared.allowInsecureLoopback,
    fetch: { fetch: shared.fetch },
    clock: shared.clock,
    emit: shared.emit,
  })
  const trusted = {
    issuer: tokenIssuerOf(options),
    keys: secret === undefined ? remote : { secret },
    algorithms,
    requireAtJwt: options.requireAtJwt ?? false,
    allowKeyTrial: options.allowKeyTrial ?? false,
  }
  return { remote, trusted }
}

/** The `iss` that its tokens have. */
export function tokenIssuerOf({ issuer, tokenIssuer }: AuthorizationServerOptions): string {
  return tokenIssuer ?? issuer
}

function checkStaticMetadata(
  options: AuthorizationServerOptions,
  path: string,
  allowInsecureLoopback: boolean,
): void {
  const { issuer, metadata, transformMetadata } = options
  if (metadata === undefined) return
  try {
    parseServerMetadata(metadata, { issuer, transformMetadata, allowInsecureLoopback })
  } catch (error) {
    const detail = error instanceof UpstreamError ? `${path}.metadata, ${error.code}` : path
    throw new ConfigError('ERR_CONFIG_SERVER_METADATA', detail, { cause: error })
  }
}

function parseSecret(
  { secret, jwksUri }: AuthorizationServerOptions,
  algorithms: ReadonlySet<string>,
  path: string,
): SharedSecret | undefined {
  if (secret === undefined) return undefined
  if (jwksUri !== undefined) {
    throw configError('ERR_CONFIG_ALGORITHMS_MIXED', `${path}.secret and ${path}.jwksUri`)
  }
  if (typeof secret === 'function') return secret
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret
  if (![...algorithms].every((algorithm) => isLongEnough(bytes, algorithm))) {
    throw configError('ERR_CONFIG_SECRET_TOO_SHORT', `${path}.secret`)
  }
  return bytes
}

function parseAlgorithms(
  { algorithms, secret }: AuthorizationServerOptions,
  path: string,
): ReadonlySet<string> {
  const usable = secret === undefined ? ASYMMETRIC_ALGORITHMS : SYMMETRIC_ALGORITHMS
  if (algorithms === undefined) return new Set(secret === undefined ? usable : ['HS256'])
  requireType(Array.isArray(algorithms) && algorithms.length > 0, `${path}.algorithms`, 'an array')
  const wrong = algorithms.findIndex((algorithm) => !usable.includes(algorithm))
  const other = algorithms[wrong]
  if (wrong === -1) return new Set(algorithms)
  const isKnown = [...ASYMMETRIC_ALGORITHMS, ...SYMMETRIC_ALGORITHMS].includes(other ?? '')
  throw configError(
    isKnown ? 'ERR_CONFIG_ALGORITHMS_MIXED' : 'ERR_CONFIG_ALGORITHM_UNSUPPORTED',
    `${path}.algorithms (${other})`,
  )
}
