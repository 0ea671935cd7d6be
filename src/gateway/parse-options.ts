import { ConfigError } from '../errors/index.ts'
import type { KeyRing } from '../keys/index.ts'
import { isSecureUrl } from '../oauth/index.ts'
import { createEmitter } from '../observability/index.ts'
import { requireKnownOptions, requireNumber, requireType } from '../options/index.ts'
import { systemClock } from '../runtime/index.ts'
import type { GatewayMemory } from './gateway-memory.ts'
import type { AdminOptions, GatewayOptions, ListenOptions, RouteOptions } from './options.ts'
import { parseRoute, type RouteContext } from './parse-route.ts'
import type { GatewaySettings, RouteSettings } from './settings.ts'

const LISTEN_OPTIONS: readonly string[] = ['host', 'port'] satisfies (keyof ListenOptions)[]
const ADMIN_OPTIONS: readonly string[] = [
  'host',
  'port',
  'metrics',
] satisfies (keyof AdminOptions)[]

/**
 * Checks the options of a gateway and completes them. Those that it does not know are of the
 * resource servers, which check them.
 *
 * @throws {ConfigError} for the first mistake found
 */
export function parseOptions(options: GatewayOptions, memory: GatewayMemory): GatewaySettings {
  requireType(typeof options === 'object' && options !== null, 'options', 'an object')
  const { publicUrl: given, routes, keys, connections, ...others } = options
  const { listen, admin, drainSeconds, ...defaults } = others
  const publicUrl = parsePublicUrl(given, options.allowInsecureLoopback === true)
  parseKeys(keys)
  const { clock = systemClock, onEvent, trustedProxyHops = 0 } = options
  const emit = createEmitter(onEvent)
  const surroundings = { connections, ...memory, emit, clock }
  const context = { publicUrl, defaults, hasKeys: keys !== undefined, ...surroundings }
  const parsed = parseRoutes(routes, context)
  const publishedKeys = [options, ...routes].flatMap((one) => one.publishedKeys ?? [])
  return {
    publicUrl,
    routes: parsed,
    pages: connections?.handler,
    rings: [...new Set([...(keys === undefined ? [] : [keys]), ...publishedKeys])],
    listen: parseListen(listen ?? { port: 8080 }, 'listen'),
    admin: parseAdmin(admin),
    drainSeconds: requireNumber(drainSeconds, [0, 3_600], 'drainSeconds', 30),
    trustedProxyHops,
    emit,
    clock,
  }
}

function parsePublicUrl(value: unknown, allowInsecureLoopback: boolean): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  const isOrigin = url !== undefined && (value === url.origin || value === `${url.origin}/`)
  if (!isOrigin) throw new ConfigError('ERR_CONFIG_GATEWAY_URL', 'publicUrl')
  if (!isSecureUrl(url, allowInsecureLoopback)) {
    throw new ConfigError('ERR_CONFIG_NOT_HTTPS', 'publicUrl')
  }
  return url.origin
}

function parseKeys(keys: KeyRing | undefined): void {
  if (keys === undefined) return
  requireType(typeof keys.current === 'function', 'keys', 'a key ring')
  if (keys.use !== 'signing') throw new ConfigError('ERR_CONFIG_GATEWAY_KEYS', 'keys')
}

function parseRoutes(
  routes: readonly RouteOptions[],
  context: RouteContext,
): readonly RouteSettings[] {
  if (!Array.isArray(routes) || routes.length === 0) {
    throw new ConfigError('ERR_CONFIG_GATEWAY_ROUTE', 'routes')
  }
  const parsed = routes.map((route: RouteOptions, index) =>
    parseRoute(route, `routes[${index}]`, context),
  )
  const paths = parsed.map(({ path }) => path)
  const twice = paths.findIndex((path, index) => paths.indexOf(path) !== index)
  if (twice !== -1) throw new ConfigError('ERR_CONFIG_GATEWAY_ROUTE', `routes[${twice}].path`)
  return parsed
}

function parseListen(given: ListenOptions, path: string): Required<ListenOptions> {
  requireKnownOptions(given, LISTEN_OPTIONS, path)
  const { host = '127.0.0.1' } = given
  requireType(typeof host === 'string' && host !== '', `${path}.host`, 'a string')
  const port = requireNumber(given.port, [0, 65_535], `${path}.port`)
  if (port === undefined) {
    throw new ConfigError('ERR_CONFIG_NUMBER_RANGE', `${path}.port (0 to 65535)`)
  }
  return { host, port }
}

function parseAdmin(given: AdminOptions | undefined): GatewaySettings['admin'] {
  if (given === undefined) return undefined
  requireKnownOptions(given, ADMIN_OPTIONS, 'admin')
  const { metrics = false, ...listen } = given
  requireType(typeof metrics === 'boolean', 'admin.metrics', 'a boolean')
  return { ...parseListen(listen, 'admin'), metrics }
}
