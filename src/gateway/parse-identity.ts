import { createUpstreamExchange } from '../connections/exchanged/index.ts'
import { ConfigError } from '../errors/index.ts'
import type { Emit } from '../observability/index.ts'
import { requireKnownOptions, requireList, requireNumber, requireType } from '../options/index.ts'
import { type Clock, isObject } from '../runtime/index.ts'
import type { FindCredentials } from './call-credentials.ts'
import { createExchangeCredentials } from './exchange-credentials.ts'
import { isOwnField, isToken } from './header-fields.ts'
import type {
  AssertionOptions,
  ExchangeIdentityOptions,
  ProtectionOptions,
  RouteDefaults,
} from './options.ts'
import type { AssertionSettings, ConnectionNeed, HttpUpstreamSettings } from './settings.ts'

/** How an upstream learns who calls. */
export interface IdentitySettings {
  readonly assertion?: AssertionSettings
  readonly exchange?: FindCredentials
  /** The field that says it. */
  readonly header?: string
}

const ASSERTION_OPTIONS: readonly string[] = [
  'header',
  'audience',
  'lifetimeSeconds',
  'claims',
] satisfies (keyof AssertionOptions)[]
const EXCHANGE_IDENTITY_OPTIONS: readonly string[] = [
  'exchange',
] satisfies (keyof ExchangeIdentityOptions)[]

/** @throws {ConfigError} */
export function parseIdentity(
  identity: NonNullable<RouteDefaults['identity']>,
  upstream: HttpUpstreamSettings,
  protection: ProtectionOptions,
  surroundings: { readonly hasKeys: boolean; readonly emit: Emit; readonly clock: Clock },
): IdentitySettings {
  if (identity === 'none') return {}
  const options = identity === 'assertion' ? {} : identity
  requireType(isObject(options), 'identity', "'assertion', 'none' or an object")
  if ('exchange' in options) return parseExchange(options, upstream, protection, surroundings)
  requireKnownOptions(options, ASSERTION_OPTIONS, 'identity')
  const { audience = upstream.url, lifetimeSeconds, claims } = options
  const header = parseHeader(options.header, 'identity.header')
  requireType(typeof audience === 'string' && audience !== '', 'identity.audience', 'a string')
  const { authorizationServers = [], verifier } = protection
  const assertion = {
    header,
    audience,
    lifetimeSeconds: requireNumber(lifetimeSeconds, [5, 60], 'identity.lifetimeSeconds', 30),
    claims: requireList(claims, 'identity.claims'),
    hasOneIssuer: authorizationServers.length === 1 && (verifier?.issuers ?? []).length === 0,
  }
  if (!surroundings.hasKeys) throw new ConfigError('ERR_CONFIG_GATEWAY_KEYS', 'identity')
  return { assertion, header }
}

function parseExchange(
  options: ExchangeIdentityOptions,
  upstream: HttpUpstreamSettings,
  { authorizationServers = [], allowInsecureLoopback = false }: ProtectionOptions,
  { emit, clock }: { readonly emit: Emit; readonly clock: Clock },
): IdentitySettings {
  requireKnownOptions(options, EXCHANGE_IDENTITY_OPTIONS, 'identity')
  requireType(isObject(options.exchange), 'identity.exchange', 'an object')
  const { header: given, ...client } = options.exchange
  const header = parseHeader(given, 'identity.exchange.header')
  const servers = authorizationServers.map((server) =>
    typeof server === 'string' ? { issuer: server } : server,
  )
  const server = servers.find(({ issuer }) => issuer === client.issuer)
  if (server === undefined) {
    const subject = 'identity.exchange.issuer and authorizationServers'
    throw new ConfigError('ERR_CONFIG_OPTIONS_CONFLICT', subject)
  }
  const { issuer, tokenIssuer = issuer } = server
  const parts = { path: 'identity.exchange', name: upstream.url, tokenIssuer, emit, clock }
  const exchange = createUpstreamExchange({ allowInsecureLoopback, ...client }, parts)
  return { exchange: createExchangeCredentials(exchange, header), header }
}

function parseHeader(given: string | undefined, path: string): string {
  const header = (given ?? 'authorization').toLowerCase()
  if (!isToken(header) || isOwnField(header)) {
    throw new ConfigError('ERR_CONFIG_FORWARDED_HEADER', `${path}: ${header}`)
  }
  return header
}

/** A connection and who calls would take turns in one field. */
export function refuseShared(needs: readonly ConnectionNeed[], header: string | undefined): void {
  const shared = needs.find(({ headers }) => headers.some(([name]) => name === header))
  if (shared === undefined) return
  const subject = `connections.${shared.service}.headers and identity`
  throw new ConfigError('ERR_CONFIG_OPTIONS_CONFLICT', subject)
}
