import { isLoopbackHostname } from '../../oauth/index.ts'
import { createEmitter, type Emit } from '../../observability/index.ts'
import {
  configError,
  requireIssuer,
  requireKnownOptions,
  requireNotUnset,
  requireNumber,
  requirePlainTypes,
  requireType,
} from '../../options/index.ts'
import { type Clock, systemClock } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import type {
  AuthorizationServerKeys,
  ConsentOptions,
  CreateAuthorizationServerOptions,
  EmbeddedUser,
  LifetimeOptions,
} from './options.ts'
import { parseDpop } from './parse-dpop.ts'
import { parseResources } from './parse-resources.ts'
import type { Settings } from './settings.ts'

const KNOWN_OPTIONS: readonly string[] = [
  'issuer',
  'resources',
  'scopes',
  'upstream',
  'users',
  'storage',
  'keys',
  'lifetimes',
  'dpop',
  'consent',
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
  requireNotUnset(options, ['dpop'], '')
  requirePlainTypes(
    options,
    {
      boolean: ['allowInsecureLoopback'],
      function: ['onEvent'],
      object: ['scopes', 'storage', 'keys', 'lifetimes', 'consent', 'clock'],
    },
    '',
  )
  requireSealed(options.storage)
  const { allowInsecureLoopback = false, clock = systemClock } = options
  const issuer = requireIssuer(options.issuer, allowInsecureLoopback, 'issuer')
  const issuerUrl = new URL(issuer)
  const emit = createEmitter(options.onEvent)
  if (options.upstream !== undefined && options.users !== undefined) {
    throw configError('ERR_CONFIG_OPTIONS_CONFLICT', 'upstream and users')
  }
  return {
    issuer,
    issuerUrl,
    mountPath: parseMountPath(issuerUrl),
    resources: parseResources(options.resources, allowInsecureLoopback),
    scopeTexts: new Map(Object.entries(options.scopes ?? {})),
    upstream: options.upstream,
    users: options.upstream === undefined ? parseUsers(options.users, issuerUrl) : undefined,
    storage: options.storage,
    keys: parseKeys(options.keys),
    lifetimes: parseLifetimes(options.lifetimes ?? {}),
    dpop: parseDpop(options.dpop, issuer),
    consent: parseConsent(options.consent ?? {}, { emit, clock }),
    clients: options,
    pages: { brand: options.brand ?? { name: issuerUrl.host }, texts: options.texts },
    trustedProxyHops: requireNumber(options.trustedProxyHops, [0, 16], 'trustedProxyHops', 0),
    emit,
    clock,
  }
}

/** @throws {ConfigError} `ERR_CONFIG_STORAGE_UNSEALED`: tokens of the upstream are kept there. */
function requireSealed(storage: Storage | undefined): void {
  if (storage === undefined) throw configError('ERR_CONFIG_OPTION_TYPE', 'storage (an object)')
  if (storage.isSealed === true || storage.durability === 'process') return
  throw configError('ERR_CONFIG_STORAGE_UNSEALED', 'storage')
}

function parseMountPath({ pathname }: URL): string {
  const path = pathname.replace(/\/$/, '')
  if (!/^(?:\/[\w~-][\w.~-]*)*$/.test(path)) {
    throw configError('ERR_CONFIG_PATH_INVALID', `issuer (path ${path})`)
  }
  return path
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
