import { isLoopbackHostname } from '../../oauth/index.ts'
import type { Emit } from '../../observability/index.ts'
import {
  configError,
  requireIssuer,
  requireKnownOptions,
  requireMountPath,
  requireNotUnset,
  requireNumber,
  requirePlainTypes,
  requireType,
} from '../../options/index.ts'
import { type Clock, systemClock } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import { parseIdentityAssertions } from '../identity-assertions/parse-options.ts'
import { parseLimits } from '../limits/index.ts'
import type {
  AuthorizationServerKeys,
  ConsentOptions,
  CreateAuthorizationServerOptions,
  EmbeddedUser,
  LifetimeOptions,
} from './options.ts'
import { parseAudit } from './parse-audit.ts'
import { parseDpop } from './parse-dpop.ts'
import { parseResources } from './parse-resources.ts'
import { parseUpstreams } from './parse-upstreams.ts'
import { parseScopeMeanings } from './scope-meanings.ts'
import type { Settings } from './settings.ts'

const KNOWN_OPTIONS: readonly string[] = [
  'issuer',
  'resources',
  'scopes',
  'upstream',
  'upstreams',
  'users',
  'storage',
  'keys',
  'lifetimes',
  'dpop',
  'identityAssertions',
  'consent',
  'limits',
  'clients',
  'registration',
  'clientIdMetadata',
  'privateUseSchemes',
  'clientAuthMethods',
  'brand',
  'texts',
  'trustedProxyHops',
  'allowInsecureLoopback',
  'onEvent',
  'auditRequired',
  'isSuspended',
  'clock',
]
const YEAR_SECONDS = 31_536_000
const DAY_SECONDS = 86_400

/**
 * Checks the options and fills in what they leave out.
 *
 * @throws {ConfigError}
 */
export function parseOptions(options: CreateAuthorizationServerOptions): Settings {
  requireKnownOptions(options, KNOWN_OPTIONS, 'createAuthorizationServer')
  requireNotUnset(options, ['dpop', 'identityAssertions', 'isSuspended', 'limits'], '')
  requirePlainTypes(
    options,
    {
      boolean: ['allowInsecureLoopback'],
      function: ['isSuspended', 'onEvent'],
      object: ['scopes', 'storage', 'keys', 'lifetimes', 'consent', 'clock'],
    },
    '',
  )
  requireSealed(options.storage)
  const { allowInsecureLoopback = false, clock = systemClock } = options
  const issuer = requireIssuer(options.issuer, allowInsecureLoopback, 'issuer')
  const issuerUrl = new URL(issuer)
  const audit = parseAudit(options, clock)
  const { emit } = audit
  const resources = parseResources(options.resources, allowInsecureLoopback)
  requireBinding(resources, options)
  const upstreams = parseUpstreams(options, resources)
  return {
    issuer,
    issuerUrl,
    mountPath: requireMountPath(issuerUrl, 'issuer'),
    resources,
    scopeMeanings: parseScopeMeanings(options.scopes),
    upstreams,
    users: upstreams.length === 0 ? parseUsers(options.users, issuerUrl) : undefined,
    storage: options.storage,
    keys: parseKeys(options.keys),
    lifetimes: parseLifetimes(options.lifetimes ?? {}),
    dpop: parseDpop(options.dpop, issuer),
    identityAssertions: parseIdentityAssertions(options.identityAssertions, {
      resources: resources.map(({ identifier }) => identifier),
      allowInsecureLoopback,
      clock,
      emit,
    }),
    consent: parseConsent(options.consent ?? {}, { emit, clock }),
    clients: options,
    limits: parseLimits(options.limits),
    pages: { brand: options.brand ?? { name: issuerUrl.host }, texts: options.texts },
    trustedProxyHops: requireNumber(options.trustedProxyHops, [0, 16], 'trustedProxyHops', 0),
    isSuspended: options.isSuspended ?? (() => false),
    ...audit,
    clock,
  }
}

/** A resource whose tokens have to be bound where none are would get none. */
function requireBinding(
  resources: Settings['resources'],
  { dpop }: CreateAuthorizationServerOptions,
): void {
  const bound = resources.find(({ dpopBoundAccessTokens }) => dpopBoundAccessTokens)
  if (bound === undefined || dpop !== undefined) return
  const subject = `resources.${bound.identifier}.dpopBoundAccessTokens (needs dpop)`
  throw configError('ERR_CONFIG_OPTIONS_CONFLICT', subject)
}

/** @throws {ConfigError} `ERR_CONFIG_STORAGE_UNSEALED`: tokens of the upstream are kept there. */
function requireSealed(storage: Storage | undefined): void {
  if (storage === undefined) throw configError('ERR_CONFIG_OPTION_TYPE', 'storage (an object)')
  if (storage.isSealed === true || storage.durability === 'process') return
  throw configError('ERR_CONFIG_STORAGE_UNSEALED', 'storage')
}

function parseKeys(keys: AuthorizationServerKeys | undefined): AuthorizationServerKeys {
  if (keys === undefined) {
    throw configError(
      'ERR_CONFIG_OPTION_TYPE',
      'keys (an object with the rings signing and cookies)',
    )
  }
  requireKnownOptions(keys, ['signing', 'cookies'], 'keys')
  for (const use of ['signing', 'cookies'] as const) {
    if (keys[use]?.use !== use) throw configError('ERR_CONFIG_KEY_INVALID', `keys.${use}`)
  }
  return keys
}

/** @throws {ConfigError} `ERR_CONFIG_NOT_LOOPBACK`: passwords in a configuration are for one machine. */
function parseUsers(
  users: readonly EmbeddedUser[] | undefined,
  issuer: URL,
): readonly EmbeddedUser[] {
  const isList = Array.isArray(users) && users.length > 0
  if (!isList) throw configError('ERR_CONFIG_OPTION_TYPE', 'users (an array of users)')
  if (!isLoopbackHostname(issuer.hostname)) throw configError('ERR_CONFIG_NOT_LOOPBACK', 'users')
  for (const [index, user] of users.entries()) {
    const path = `users[${index}]`
    requireKnownOptions(user, ['username', 'password', 'claims'], path)
    for (const name of ['username', 'password'] as const) {
      const isText = typeof user[name] === 'string' && user[name] !== ''
      requireType(isText, `${path}.${name}`, 'a string')
    }
    requirePlainTypes(user, { boolean: [], function: [], object: ['claims'] }, `${path}.`)
  }
  return users
}

function parseLifetimes(options: LifetimeOptions): Settings['lifetimes'] {
  const ranges: Readonly<Record<keyof LifetimeOptions, readonly [number, number, number]>> = {
    accessTokenSeconds: [60, DAY_SECONDS, 600],
    authorizationCodeSeconds: [10, 600, 60],
    refreshAbsoluteSeconds: [60, YEAR_SECONDS, 90 * DAY_SECONDS],
    refreshIdleSeconds: [60, YEAR_SECONDS, 30 * DAY_SECONDS],
    refreshGraceSeconds: [0, 300, 30],
    sessionSeconds: [60, DAY_SECONDS, 8 * 3_600],
    interactionSeconds: [60, 7_200, 1_800],
  }
  requireKnownOptions(options, Object.keys(ranges), 'lifetimes')
  const read = (name: keyof LifetimeOptions): number => {
    const [minimum, maximum, defaultValue] = ranges[name]
    return requireNumber(options[name], [minimum, maximum], `lifetimes.${name}`, defaultValue)
  }
  const refreshAbsoluteSeconds = read('refreshAbsoluteSeconds')
  return {
    accessTokenSeconds: read('accessTokenSeconds'),
    authorizationCodeSeconds: read('authorizationCodeSeconds'),
    refreshAbsoluteSeconds,
    refreshIdleSeconds: Math.min(read('refreshIdleSeconds'), refreshAbsoluteSeconds),
    refreshGraceSeconds: read('refreshGraceSeconds'),
    sessionSeconds: read('sessionSeconds'),
    interactionSeconds: read('interactionSeconds'),
  }
}

/** MCP asks a proxy with one client id upstream for consent to each client of its own (SEC-177). */
function parseConsent(
  options: ConsentOptions,
  { emit, clock }: { readonly emit: Emit; readonly clock: Clock },
): Settings['consent'] {
  requireKnownOptions(options, ['remember', 'page', 'iOwnConsentElsewhere'], 'consent')
  requirePlainTypes(
    options,
    { boolean: ['remember', 'iOwnConsentElsewhere'], function: [], object: [] },
    'consent.',
  )
  const { remember = true, page = 'always', iOwnConsentElsewhere = false } = options
  requireType(page === 'always' || page === 'never', 'consent.page', "'always' or 'never'")
  if (page === 'never') {
    if (!iOwnConsentElsewhere) {
      throw configError('ERR_CONFIG_CONSENT_OFF', "consent.page 'never'")
    }
    emit({
      type: 'config.warning',
      at: clock.now(),
      message:
        'consent.page is off: any client that can register signs users in without asking them.',
    })
  }
  return { remember, page }
}
