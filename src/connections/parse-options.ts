import { createEmitter } from '../observability/index.ts'
import {
  configError,
  requireKnownOptions,
  requireMountPath,
  requirePlainTypes,
  requireSecureUrl,
  requireType,
} from '../options/index.ts'
import { systemClock } from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'
import type { ConnectionSettings } from './connections.ts'
import { createExchangeService } from './exchange-service.ts'
import { createOAuthService } from './oauth-service.ts'
import type { ConnectionKeys, CreateConnectionsOptions } from './options.ts'
import { parseExchangeService } from './parse-exchange-service.ts'
import { parseOAuthService } from './parse-oauth-service.ts'
import { parseSecretService } from './parse-secret-service.ts'
import { createSecretService } from './secret-service.ts'
import type { Service } from './service.ts'
import { requireServiceName } from './service-name.ts'
import type { ServiceDefinition } from './service-options.ts'

const OPTIONS: readonly string[] = [
  'baseUrl',
  'storage',
  'keys',
  'identity',
  'services',
  'brand',
  'texts',
  'allowInsecureLoopback',
  'onEvent',
  'clock',
] satisfies (keyof CreateConnectionsOptions)[]

/**
 * Checks the options and fills in what they leave out.
 *
 * @throws {ConfigError}
 */
export function parseConnectionOptions(options: CreateConnectionsOptions): ConnectionSettings {
  requireKnownOptions(options, OPTIONS, 'createConnections')
  requirePlainTypes(
    options,
    {
      boolean: ['allowInsecureLoopback'],
      function: ['onEvent'],
      object: ['storage', 'keys', 'identity', 'services', 'brand', 'texts', 'clock'],
    },
    '',
  )
  const { clock = systemClock, allowInsecureLoopback = false, identity } = options
  const emit = createEmitter(options.onEvent)
  const baseUrl = parseBaseUrl(options.baseUrl, allowInsecureLoopback)
  requireType(identity !== undefined, 'identity', 'an authorization server, or oidcSignIn')
  requireStorage(options.storage)
  if (options.storage.durability === 'shared') {
    const message =
      'connections are in a store that may lose them with its server: use SQLite or PostgreSQL'
    emit({ type: 'config.warning', at: clock.now(), message })
  }
  const definitions = Object.entries(options.services ?? {})
  requireType(definitions.length > 0, 'services', 'at least one service')
  return {
    baseUrl,
    storage: options.storage,
    keys: parseKeys(options.keys),
    identity,
    services: new Map(
      definitions.map(([name, definition]) => [
        requireServiceName(name, 'services'),
        createService(name, definition, { emit, clock, identity }),
      ]),
    ),
    isSecure: baseUrl.protocol === 'https:',
    emit,
    clock,
  }
}

function createService(
  name: string,
  definition: ServiceDefinition,
  surroundings: Pick<ConnectionSettings, 'clock' | 'emit' | 'identity'>,
): Service {
  const path = `services.${name}`
  if (definition?.kind === 'oauth') {
    return createOAuthService(parseOAuthService(name, definition.options, path), surroundings)
  }
  if (definition?.kind === 'exchange') {
    const settings = parseExchangeService(name, definition.options, path)
    return createExchangeService(settings, surroundings.identity, surroundings)
  }
  const expected = 'what oauthService, secretService or exchangeService gives'
  requireType(definition?.kind === 'secret', path, expected)
  return createSecretService(parseSecretService(name, definition.options, path))
}

function parseBaseUrl(value: unknown, allowInsecureLoopback: boolean): URL {
  requireType(typeof value === 'string', 'baseUrl', 'an absolute URL')
  const url = new URL(requireSecureUrl(value as string, allowInsecureLoopback, 'baseUrl') ?? '')
  const isPlain = url.search === '' && url.hash === '' && url.username === '' && url.password === ''
  requireType(isPlain, 'baseUrl', 'an absolute URL without query, fragment and credentials')
  requireMountPath(url, 'baseUrl')
  return url
}

/** @throws {ConfigError} `ERR_CONFIG_STORAGE_UNSEALED`: credentials of users are kept there. */
function requireStorage(storage: Storage | undefined): void {
  requireType(storage !== undefined, 'storage', 'an object')
  if (storage?.isSealed === true || storage?.durability === 'process') return
  throw configError('ERR_CONFIG_STORAGE_UNSEALED', 'storage')
}

function parseKeys(keys: ConnectionKeys | undefined): ConnectionKeys {
  requireType(keys !== undefined, 'keys', 'an object with the ring cookies')
  // Those of an authorization server fit: rings that are not needed may be there.
  if (keys?.cookies?.use === 'cookies') return keys
  throw configError('ERR_CONFIG_KEY_INVALID', 'keys.cookies')
}
