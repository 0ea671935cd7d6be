import { ConfigError } from '../../errors/index.ts'
import { isPrivateUseScheme } from '../../oauth/index.ts'
import { requireKnownOptions, requireNumber, requireType } from '../../options/index.ts'
import type { GuardedFetchOptions } from '../../outbound/index.ts'
import type { CacheBounds } from './cache-lifetime.ts'
import type { BoundTokens, ClientAuthMethod, MetadataRules } from './client-metadata.ts'
import { createDomainTrust, type DomainTrust } from './domain-trust.ts'
import type {
  ClientIdMetadataOptions,
  ClientsOptions,
  InitialAccessTokenOptions,
  RegistrationOptions,
} from './options.ts'

/** The options, complete and checked. */
export interface ClientsSettings {
  /** What an anonymous client may register. */
  readonly rules: MetadataRules
  /** `undefined` where it is off. */
  readonly registration: RegistrationSettings | undefined
  /** `undefined` where it is off. */
  readonly documents: DocumentSettings | undefined
}

export interface RegistrationSettings {
  readonly mode: 'open' | 'loopback' | 'token'
  readonly initialAccessTokens: readonly InitialAccessTokenOptions[]
  readonly maxPerHour: number
  readonly maxClients: number
  readonly unusedSeconds: number
  readonly ttlSeconds: number
}

export interface DocumentSettings {
  readonly isTrusted: DomainTrust
  readonly fetch: GuardedFetchOptions
  readonly bounds: CacheBounds
  readonly onChange: ClientIdMetadataOptions['onChange']
}

const AUTH_METHODS: readonly ClientAuthMethod[] = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
]
const REGISTRATION_OPTIONS: readonly (keyof RegistrationOptions)[] = [
  'mode',
  'initialAccessTokens',
  'maxPerHour',
  'maxClients',
  'unusedSeconds',
  'ttlSeconds',
]
const DOCUMENT_OPTIONS: readonly (keyof ClientIdMetadataOptions)[] = [
  'trustedDomains',
  'fetch',
  'minCacheSeconds',
  'maxCacheSeconds',
  'onChange',
]
const DAY_SECONDS = 24 * 60 * 60
const YEAR_SECONDS = 366 * DAY_SECONDS

/**
 * Checks the options and completes them.
 *
 * @throws {ConfigError} `ERR_CONFIG_OPTION_UNKNOWN`, `_OPTION_TYPE`, `_NUMBER_RANGE`,
 *   `_REDIRECT_SCHEME`, `_CLIENT_DOMAIN`
 */
export function parseClientsOptions(
  options: ClientsOptions,
  boundTokens: BoundTokens,
  takesIdentityAssertions = false,
): ClientsSettings {
  const registration = parseRegistration(options.registration)
  return {
    registration,
    documents: parseDocuments(options.clientIdMetadata),
    rules: {
      privateUseSchemes: parseSchemes(options.privateUseSchemes),
      authMethods: parseAuthMethods(options.clientAuthMethods),
      boundTokens,
      unbindable: 'refuse',
      privilegedGrantTypes: new Set(),
      takesIdentityAssertions,
      redirects: registration?.mode === 'loopback' ? 'loopback' : 'any',
      unprivileged: 'refuse',
      allowHttpLinks: true,
    },
  }
}

function parseSchemes(schemes: readonly string[] = []): ReadonlySet<string> {
  requireType(Array.isArray(schemes), 'privateUseSchemes', 'an array of schemes')
  const wrong = schemes.findIndex((s) => typeof s !== 'string' || !isPrivateUseScheme(s))
  if (wrong !== -1)
    throw new ConfigError('ERR_CONFIG_REDIRECT_SCHEME', `privateUseSchemes[${wrong}]`)
  return new Set(schemes)
}

function parseAuthMethods(
  methods: readonly ClientAuthMethod[] = AUTH_METHODS,
): readonly ClientAuthMethod[] {
  const isRight =
    Array.isArray(methods) && methods.length > 0 && methods.every((m) => AUTH_METHODS.includes(m))
  requireType(isRight, 'clientAuthMethods', `a list of ${AUTH_METHODS.join(', ')}`)
  return [...new Set(methods)]
}

function parseRegistration(
  value: ClientsOptions['registration'] = 'open',
): RegistrationSettings | undefined {
  if (value === 'off') return undefined
  const options: RegistrationOptions = typeof value === 'string' ? { mode: value } : value
  requireType(
    typeof options === 'object' && options !== null,
    'registration',
    'an object or a mode',
  )
  requireKnownOptions(options, REGISTRATION_OPTIONS, 'registration')
  const { mode = 'open', initialAccessTokens = [] } = options
  requireType(
    ['open', 'loopback', 'token'].includes(mode),
    'registration.mode',
    'open, loopback, token',
  )
  requireType(Array.isArray(initialAccessTokens), 'registration.initialAccessTokens', 'an array')
  for (const [index, token] of initialAccessTokens.entries()) {
    const path = `registration.initialAccessTokens[${index}]`
    requireKnownOptions(token, ['sha256', 'expiresAt', 'grantTypes'], path)
    requireType(/^[0-9a-f]{64}$/.test(token.sha256), `${path}.sha256`, '64 characters of hex')
  }
  return {
    mode,
    initialAccessTokens,
    maxPerHour: requireNumber(options.maxPerHour, [1, 100_000], 'registration.maxPerHour', 30),
    maxClients: requireNumber(
      options.maxClients,
      [1, 10_000_000],
      'registration.maxClients',
      10_000,
    ),
    unusedSeconds: requireNumber(
      options.unusedSeconds,
      [1, YEAR_SECONDS],
      'registration.unusedSeconds',
      DAY_SECONDS,
    ),
    ttlSeconds: requireNumber(
      options.ttlSeconds,
      [1, 10 * YEAR_SECONDS],
      'registration.ttlSeconds',
      90 * DAY_SECONDS,
    ),
  }
}

function parseDocuments(
  value: ClientsOptions['clientIdMetadata'] = 'on',
): DocumentSettings | undefined {
  if (value === 'off') return undefined
  const options: ClientIdMetadataOptions = value === 'on' ? {} : value
  requireType(
    typeof options === 'object' && options !== null,
    'clientIdMetadata',
    'on, off or an object',
  )
  requireKnownOptions(options, DOCUMENT_OPTIONS, 'clientIdMetadata')
  const { minCacheSeconds, maxCacheSeconds } = options
  const minSeconds = requireNumber(
    minCacheSeconds,
    [1, YEAR_SECONDS],
    'clientIdMetadata.minCacheSeconds',
    60,
  )
  return {
    isTrusted: createDomainTrust(options.trustedDomains, 'clientIdMetadata.trustedDomains'),
    fetch: options.fetch ?? {},
    bounds: {
      minSeconds,
      maxSeconds: requireNumber(
        maxCacheSeconds,
        [1, YEAR_SECONDS],
        'clientIdMetadata.maxCacheSeconds',
        Math.max(minSeconds, DAY_SECONDS),
      ),
    },
    onChange: options.onChange,
  }
}
