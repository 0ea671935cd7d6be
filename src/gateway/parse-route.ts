import { ConfigError } from '../errors/index.ts'
import type { Emit } from '../observability/index.ts'
import { requireKnownOptions, requireNumber, requireType } from '../options/index.ts'
import {
  createWithHandles,
  type HandleMemory,
  type ResourceServer,
  type ResourceServerOptions,
} from '../resource-server/index.ts'
import type { Clock } from '../runtime/index.ts'
import { type FindCredentials, joinCredentials, ownCredentials } from './call-credentials.ts'
import { createConnectionCredentials } from './connection-credentials.ts'
import {
  isFieldValue,
  isOwnField,
  isToken,
  parseRequestHeaders,
  parseResponseHeaders,
} from './header-fields.ts'
import type {
  GatewayOptions,
  GatewayUpstreamOptions,
  ProtectionOptions,
  RouteDefaults,
  RouteOptions,
} from './options.ts'
import { isCommand, parseCommand } from './parse-command.ts'
import { parseConnections } from './parse-connections.ts'
import { parseIdentity, refuseShared } from './parse-identity.ts'
import type { SessionClients } from './session-clients.ts'
import type { ConnectionNeed, HttpUpstreamSettings, RouteSettings } from './settings.ts'

/** What a route is part of. */
export interface RouteContext {
  readonly publicUrl: string
  readonly defaults: RouteDefaults
  readonly hasKeys: boolean
  readonly connections: GatewayOptions['connections']
  readonly clients: SessionClients
  /** Whose the sessions and tasks of a resource are. */
  readonly handlesOf: (resource: string) => HandleMemory
  readonly emit: Emit
  readonly clock: Clock
}

const UPSTREAM_OPTIONS: readonly string[] = [
  'url',
  'maxConnections',
  'connectTimeoutSeconds',
  'responseTimeoutSeconds',
  'idleTimeoutSeconds',
  'ca',
] satisfies (keyof GatewayUpstreamOptions)[]

/** Segments of unreserved characters, none of which is a dot segment (RFC 3986 §2.3, §3.3). */
const PATH =
  /^\/(?:(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)*\/?)?$/
const DEFAULT_BODY_BYTES = 1_048_576
const DEFAULT_ANSWER_BYTES = 16_777_216

/** @param at Where it stands in the options, for messages. */
export function parseRoute(route: RouteOptions, at: string, context: RouteContext): RouteSettings {
  requireType(typeof route === 'object' && route !== null, at, 'an object')
  const { path, upstream: given, upstreamHeaders, credentials, connections, ...own } = route
  const merged: RouteDefaults = { ...context.defaults, ...own }
  const { identity = 'assertion', requestHeaders, responseHeaders, ...protection } = merged
  return named(at, own, context.defaults, () => {
    if (typeof path !== 'string' || !PATH.test(path) || path.startsWith('/.well-known/')) {
      throw new ConfigError('ERR_CONFIG_GATEWAY_ROUTE', 'path')
    }
    requireType(
      credentials === undefined || typeof credentials === 'function',
      'credentials',
      'a function',
    )
    const upstream = isCommand(given) ? parseCommand(given, route, merged) : parseUpstream(given)
    const { assertion, exchange, header } =
      'command' in upstream ? {} : parseIdentity(identity, upstream, protection, context)
    const resource = `${context.publicUrl}${path}`
    const gatehouse = protect(resource, protection, context.handlesOf(resource))
    const needs = parseConnections(connections, context.connections?.messages)
    refuseShared(needs, header)
    return {
      path,
      upstream,
      findCredentials: joinCredentials([
        findConnections(needs, context),
        exchange,
        credentials && ownCredentials(credentials, gatehouse.resource, upstream.url),
      ]),
      connections: needs.length === 0 ? undefined : context.connections?.messages,
      gatehouse,
      identity: assertion,
      requestHeaders: parseRequestHeaders(requestHeaders),
      responseHeaders: parseResponseHeaders(responseHeaders),
      upstreamHeaders: parseUpstreamHeaders(upstreamHeaders),
    }
  })
}

function findConnections(
  needs: readonly ConnectionNeed[],
  { connections, clients }: RouteContext,
): FindCredentials | undefined {
  if (connections === undefined || needs.length === 0) return undefined
  return createConnectionCredentials(connections, needs, clients)
}

/**
 * Without a policy every message is read all the same: what goes on has to be JSON-RPC that agrees
 * with its header.
 */
function protect(
  resource: string,
  protection: ProtectionOptions,
  handles: HandleMemory,
): ResourceServer {
  const options: ResourceServerOptions = {
    maxBodyBytes: DEFAULT_BODY_BYTES,
    maxAnswerBytes: Math.max(DEFAULT_ANSWER_BYTES, protection.maxBodyBytes ?? 0),
    policy: { unlisted: 'authenticated' },
    correlationId: (header) => header('x-request-id') ?? '',
    authorizationServers: [],
    ...protection,
    resource,
  }
  return createWithHandles(options, handles)
}

function parseUpstream(given: string | GatewayUpstreamOptions): HttpUpstreamSettings {
  const options = typeof given === 'string' ? { url: given } : given
  requireKnownOptions(options, UPSTREAM_OPTIONS, 'upstream')
  const { url, ca } = options
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined
  const isPlain =
    parsed !== undefined &&
    (parsed.protocol === 'https:' || parsed.protocol === 'http:') &&
    `${parsed.username}${parsed.password}${parsed.search}${parsed.hash}` === '' &&
    !/[?#]/.test(url)
  if (!isPlain) throw new ConfigError('ERR_CONFIG_GATEWAY_UPSTREAM', 'upstream.url')
  requireType(ca === undefined || typeof ca === 'string', 'upstream.ca', 'certificates in PEM')
  const number = (
    name: Exclude<keyof GatewayUpstreamOptions, 'ca' | 'url'>,
    maximum: number,
    defaultValue: number,
  ): number => requireNumber(options[name], [1, maximum], `upstream.${name}`, defaultValue)
  return {
    url,
    ca,
    origin: parsed.origin,
    path: parsed.pathname,
    maxConnections: number('maxConnections', 100_000, 10_000),
    connectTimeoutSeconds: number('connectTimeoutSeconds', 60, 5),
    responseTimeoutSeconds: number('responseTimeoutSeconds', 86_400, 300),
    idleTimeoutSeconds: number('idleTimeoutSeconds', 3_600, 60),
  }
}

function parseUpstreamHeaders(given: Readonly<Record<string, string>> = {}): readonly string[] {
  requireType(typeof given === 'object' && given !== null, 'upstreamHeaders', 'an object')
  return Object.entries(given).flatMap(([field, value]) => {
    const name = field.toLowerCase()
    if (!isToken(name) || isOwnField(name)) {
      throw new ConfigError('ERR_CONFIG_FORWARDED_HEADER', `upstreamHeaders: ${name}`)
    }
    requireType(isFieldValue(value), `upstreamHeaders.${name}`, 'a string of visible ASCII')
    return [name, value]
  })
}

/** Says in a message where the option stands that it is about: in the route, or beside all routes. */
function named<Result>(at: string, own: object, defaults: object, parse: () => Result): Result {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const message = error.message.replace(/^options\./, '')
    const [option = ''] = /^\w+/.exec(message) ?? []
    const isDefault = Object.hasOwn(defaults, option) && !Object.hasOwn(own, option)
    error.message = `${isDefault ? 'options' : at}.${message}`
    throw error
  }
}
