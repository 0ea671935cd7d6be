import { ConfigError } from '../errors/index.ts'
import type { TokenKeeper } from '../oauth-client/index.ts'
import type { Principal } from '../principal/index.ts'
import type { StoredRecord } from '../storage/index.ts'
import { connectionFacts } from './connection-facts.ts'
import {
  connectionKey,
  formatConnection,
  type OAuthConnection,
  parseConnection,
} from './connection-record.ts'
import { ConnectionRequired, type NeededConnection } from './connection-required.ts'
import type { ConnectionUses } from './connection-uses.ts'
import type { ConnectionSettings, ConnectionsApi } from './connections.ts'
import {
  createExchangeCredential,
  createOAuthCredential,
  createSecretCredential,
} from './create-credential.ts'
import { whyUnusable } from './create-vault.ts'
import type { Credential } from './credential.ts'
import { createExchangedTokens } from './exchanged-tokens.ts'
import { ownerOf } from './owner.ts'
import type { Service } from './service.ts'
import { createServiceTokens } from './service-tokens.ts'
import type { ConnectionVault } from './vault.ts'

/** What the methods that users call are made of. */
export interface ApiParts {
  readonly settings: ConnectionSettings
  readonly vault: ConnectionVault
  readonly uses: ConnectionUses
  readonly random: () => number
}

/** Creates what tool authors call. Every method is about the caller's own connections. */
export function createApi({ settings, vault, uses, random }: ApiParts): ConnectionsApi {
  const { storage, services } = settings
  const needed = (service: string, reason: NeededConnection['reason']): ConnectionRequired =>
    new ConnectionRequired([neededConnection(service, reason, settings)])
  const keepers = new Map<string, TokenKeeper<OAuthConnection>>(
    [...services.values()].flatMap((service) =>
      service.kind === 'oauth'
        ? [[service.name, createServiceTokens(service, tokensOptions())] as const]
        : [],
    ),
  )
  function tokensOptions() {
    const { emit, clock } = settings
    return { storage, emit, clock, random, ended: (name: string) => needed(name, 'ended') }
  }

  const exchanged = createExchanged(settings)

  async function get(principal: Principal<unknown>, name: string): Promise<Credential> {
    const owner = ownerOf(principal)
    const service = requireService(services, name)
    const withoutUser = await exchanged.get(name)?.(principal)
    if (withoutUser !== undefined) return withoutUser
    const key = await connectionKey(owner, name)
    const record = await storage.get(key)
    const connection = record && parseConnection(record.value)
    if (connection === undefined) throw needed(name, 'missing')
    const reason = whyUnusable(connection, service)
    if (reason !== undefined) throw needed(name, reason)
    await uses.note(owner, name, principal.clientId)
    if (connection.kind === 'secret' && service.kind === 'secret') {
      const end = (): Promise<never> => endConnection(record, key, service, settings)
      return createSecretCredential(connection, service, end)
    }
    const keeper = keepers.get(name)
    const isOAuth = connection.kind === 'oauth' && service.kind === 'oauth'
    if (!isOAuth || keeper === undefined) throw needed(name, 'ended')
    // Before the tool begins: whoever has to connect again is asked before anything has happened.
    const current = await keeper.current(key, undefined, connection)
    const end = async (accessToken: string): Promise<never> => {
      const latest = await storage.get(key)
      const isSame = latest !== undefined && accessTokenOf(latest) === accessToken
      return endConnection(isSame ? latest : undefined, key, service, settings)
    }
    return createOAuthCredential(current, { key, service, keeper, end })
  }

  return {
    get,
    list: async (principal) => vault.list(ownerOf(principal)),
    disconnect: async (principal, service) => vault.disconnect(ownerOf(principal), service),
    revokeAll: async (principal) => vault.revokeAll(ownerOf(principal)),
    export: async (principal) => vault.export(ownerOf(principal)),
    delete: async (principal) => vault.delete(ownerOf(principal)),
  }
}

/** What gives the credentials of services that nobody connects, by their names. */
function createExchanged(
  settings: ConnectionSettings,
): ReadonlyMap<string, (principal: Principal<unknown>) => Promise<Credential>> {
  return new Map(
    [...settings.services.values()].flatMap((service) => {
      if (service.kind !== 'exchange') return []
      const tokens = createExchangedTokens(service, settings)
      const get = async (principal: Principal<unknown>): Promise<Credential> => {
        // Before the tool begins, as with others: what is refused is refused then.
        const { scopes } = await tokens.current(principal)
        const current = async (refused?: string): Promise<string> =>
          (await tokens.current(principal, refused)).accessToken
        return createExchangeCredential(service, scopes, current)
      }
      return [[service.name, get] as const]
    }),
  )
}

/** What a user is told about a service that has to be connected. */
function neededConnection(
  service: string,
  reason: NeededConnection['reason'],
  { baseUrl, services }: ConnectionSettings,
): NeededConnection {
  const title = services.get(service)?.title ?? service
  return { service, title, url: `${baseHref(baseUrl)}/connect/${service}`, reason }
}

/** A URL without the slash at its end. */
export function baseHref(url: URL): string {
  return url.href.replace(/\/$/, '')
}

function requireService(services: ReadonlyMap<string, Service>, name: string): Service {
  const service = services.get(name)
  if (service === undefined) throw new ConfigError('ERR_CONFIG_SERVICE_UNKNOWN', `service ${name}`)
  return service
}

function accessTokenOf({ value }: StoredRecord): string | undefined {
  const connection = parseConnection(value)
  return connection.kind === 'oauth' ? connection.accessToken : undefined
}

/**
 * Marks a connection that the service takes no more, unless it has changed since it was read.
 *
 * @param record `undefined` where it has changed already.
 */
async function endConnection(
  record: StoredRecord | undefined,
  key: string,
  service: Service,
  settings: ConnectionSettings,
): Promise<never> {
  const { storage, emit, clock } = settings
  if (record !== undefined) {
    const connection = parseConnection(record.value)
    const { value, options } = formatConnection({ ...connection, state: 'needs_reauth' })
    const isMarked = await storage.compareAndSwap(key, record.version, value, options)
    if (isMarked) {
      const facts = connectionFacts(connection.owner, service.name, connection.connectedBy, clock)
      emit({ type: 'connection.needs_reconnect', ...facts, reason: 'ended' })
    }
  }
  throw new ConnectionRequired([neededConnection(service.name, 'ended', settings)])
}
