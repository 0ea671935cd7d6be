import {
  checkServerMetadata,
  isPrivateUseScheme,
  parseResourceIdentifier,
} from '../../oauth/index.ts'
import { parseUpstreamOptions } from '../../oauth-client/index.ts'
import { createEmitter } from '../../observability/index.ts'
import {
  configError,
  requireIssuer,
  requireKnownOptions,
  requireMountPath,
  requireNotUnset,
  requireNumber,
  requirePlainTypes,
  requireScopes,
  requireSecure,
  requireType,
} from '../../options/index.ts'
import { systemClock } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import { parseRecipient } from '../recipient.ts'
import type { CreateRelayOptions, RelayedTokens } from './options.ts'
import { parseClients } from './parse-clients.ts'
import { parseLimits } from './parse-limits.ts'
import type { RelaySettings } from './settings.ts'

const KNOWN_OPTIONS: readonly string[] = [
  'allowInsecureLoopback',
  'audienceFrom',
  'brand',
  'clients',
  'clock',
  'defaultScopes',
  'issuer',
  'keys',
  'limits',
  'metadata',
  'onEvent',
  'privateUseSchemes',
  'registration',
  'registrationsPerHour',
  'resource',
  'scopes',
  'sendResource',
  'storage',
  'texts',
  'tokens',
  'trustedProxyHops',
  'upstream',
] satisfies (keyof CreateRelayOptions)[]

/**
 * Checks the options and fills in what they leave out.
 *
 * @throws {ConfigError}
 */
export function parseOptions(options: CreateRelayOptions): RelaySettings {
  requireShape(options)
  const { allowInsecureLoopback = false, clock = systemClock, sendResource = true } = options
  const issuer = requireIssuer(options.issuer, allowInsecureLoopback, 'issuer')
  const issuerUrl = new URL(issuer)
  const mountPath = requireMountPath(issuerUrl, 'issuer')
  const resource = parseResource(options.resource, allowInsecureLoopback)
  const upstream = parseUpstreamOptions(options.upstream)
  requireType(upstream.kind === 'oidc', 'upstream.kind', 'oidc: the relay needs ID tokens')
  const recipient = parseRecipient({ ...options, resource, audienceFrom: parseSource(options) })
  requireSameIssuer(upstream.issuer, options.tokens)
  const scopes = parseScopes(options.scopes)
  const privateUseSchemes = parseSchemes(options.privateUseSchemes)
  const perHour = options.registrationsPerHour
  return {
    issuer,
    issuerUrl,
    mountPath,
    resource,
    upstream,
    upstreamRedirectUri: `${issuerUrl.origin}${mountPath}/callback/${upstream.name}`,
    recipient,
    sendResource: { authorization: sendResource, token: recipient.source === 'resource' },
    scopes,
    defaultScopes: parseDefaultScopes(options.defaultScopes, scopes),
    clients: parseClients(options.clients, privateUseSchemes),
    registration: parseRegistration(options.registration),
    registrationsPerHour: requireNumber(perHour, [1, 100_000], 'registrationsPerHour', 30),
    limits: parseLimits(options.limits),
    privateUseSchemes,
    metadata: parseMetadata(options.metadata, issuer),
    storage: requireSealed(options.storage),
    cookieKeys: parseKeys(options.keys),
    pages: { brand: options.brand ?? { name: issuerUrl.host }, texts: options.texts },
    trustedProxyHops: requireNumber(options.trustedProxyHops, [0, 16], 'trustedProxyHops', 0),
    emit: createEmitter(options.onEvent),
    clock,
  }
}

function requireShape(options: CreateRelayOptions): void {
  requireKnownOptions(options, KNOWN_OPTIONS, 'createRelay')
  requireNotUnset(options, ['registration', 'clients'], '')
  const types = {
    boolean: ['allowInsecureLoopback', 'sendResource'],
    function: ['onEvent'],
    object: [
      'brand',
      'clock',
      'keys',
      'metadata',
      'scopes',
      'storage',
      'texts',
      'tokens',
      'upstream',
    ],
  }
  requirePlainTypes(options, types, '')
  requireType(options.upstream !== undefined, 'upstream', 'an object')
  requireType(options.tokens !== undefined, 'tokens', 'an entry of authorizationServers')
}

function parseResource(value: string, allowInsecureLoopback: boolean): string {
  const found = typeof value === 'string' ? parseResourceIdentifier(value) : undefined
  if (found === undefined) throw configError('ERR_CONFIG_RESOURCE_INVALID', 'resource')
  requireSecure(found.url, allowInsecureLoopback, 'resource')
  return found.resource
}

function parseSource({ audienceFrom }: CreateRelayOptions): CreateRelayOptions['audienceFrom'] {
  const isRight = [undefined, 'resource', 'provider'].includes(audienceFrom)
  requireType(isRight, 'audienceFrom', "'resource' or 'provider'")
  return audienceFrom
}

/** One provider in both: another one's tokens would be handed out, or none accepted. */
function requireSameIssuer(issuer: string, tokens: RelayedTokens): void {
  if (tokens.issuer === issuer) return
  throw configError('ERR_CONFIG_OPTIONS_CONFLICT', 'upstream.issuer and tokens.issuer')
}

function parseScopes(value: CreateRelayOptions['scopes'] | undefined): ReadonlyMap<string, string> {
  requireType(typeof value === 'object' && value !== null, 'scopes', 'scopes, with their texts')
  if (Array.isArray(value)) {
    return new Map(requireScopes(value, 'scopes').map((scope) => [scope, scope]))
  }
  const texts = new Map<string, string>(Object.entries(value ?? {}))
  requireScopes([...texts.keys()], 'scopes')
  for (const [scope, text] of texts) {
    requireType(typeof text === 'string' && text !== '', `scopes.${scope}`, 'a text')
  }
  return texts
}

function parseDefaultScopes(
  value: readonly string[] | undefined,
  scopes: ReadonlyMap<string, string>,
): readonly string[] {
  if (value === undefined) return [...scopes.keys()]
  const names = requireScopes(value, 'defaultScopes')
  const wrong = names.findIndex((name) => !scopes.has(name))
  if (wrong === -1) return names
  throw configError('ERR_CONFIG_SCOPE_INVALID', `defaultScopes[${wrong}] (not one of scopes)`)
}

function parseRegistration(
  value: CreateRelayOptions['registration'] = 'open',
): RelaySettings['registration'] {
  requireType(['open', 'loopback', 'off'].includes(value), 'registration', 'open, loopback or off')
  return value
}

function parseSchemes(schemes: readonly string[] = []): ReadonlySet<string> {
  requireType(Array.isArray(schemes), 'privateUseSchemes', 'an array of schemes')
  const wrong = schemes.findIndex((s) => typeof s !== 'string' || !isPrivateUseScheme(s))
  if (wrong === -1) return new Set(schemes)
  throw configError('ERR_CONFIG_REDIRECT_SCHEME', `privateUseSchemes[${wrong}]`)
}

/** Published as it is, so it has to be right: clients compare the issuer (RFC 8414 §3.3). */
function parseMetadata(
  document: Readonly<Record<string, unknown>> | undefined,
  issuer: string,
): Readonly<Record<string, unknown>> | undefined {
  if (document === undefined) return undefined
  const [error] = checkServerMetadata(document, { issuer }).errors
  if (error === undefined) return document
  throw configError('ERR_CONFIG_SERVER_METADATA', `metadata (${error.message})`)
}

function requireSealed(storage: Storage | undefined): Storage {
  if (storage === undefined) throw configError('ERR_CONFIG_OPTION_TYPE', 'storage (an object)')
  if (storage.isSealed === true || storage.durability === 'process') return storage
  throw configError('ERR_CONFIG_STORAGE_UNSEALED', 'storage')
}

function parseKeys(keys: CreateRelayOptions['keys'] | undefined): RelaySettings['cookieKeys'] {
  requireType(keys !== undefined, 'keys', 'an object with the ring cookies')
  requireKnownOptions(keys ?? {}, ['cookies'], 'keys')
  if (keys?.cookies?.use !== 'cookies') throw configError('ERR_CONFIG_KEY_INVALID', 'keys.cookies')
  return keys.cookies
}
