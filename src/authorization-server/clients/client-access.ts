import { ConfigError } from '../../errors/index.ts'
import { requireList, requireScopes, requireType } from '../../options/index.ts'
import { CLIENT_CREDENTIALS, TOKEN_EXCHANGE } from './grant-types.ts'
import type { StaticClientOptions } from './options.ts'

/** What a configured client gets without a user in front of it. */
export interface ClientAccess {
  /** Resource identifier → the most that it gets there. */
  readonly scopes: ReadonlyMap<string, readonly string[]>
  /** The resources whose tokens it may exchange (RFC 8693). */
  readonly subjectTokenAudiences: ReadonlySet<string>
}

/** What each of the configured clients may have, by client id. */
export type AccessByClient = ReadonlyMap<string, ClientAccess>

interface KnownResource {
  readonly identifier: string
  readonly scopes: readonly string[]
}

const NO_ACCESS: ClientAccess = { scopes: new Map(), subjectTokenAudiences: new Set() }

/**
 * Checks what the clients of the configuration may have. A client of another origin has nothing.
 *
 * @throws {ConfigError} `ERR_CONFIG_CLIENT`, also for a client that could get nothing
 */
export function parseClientAccess(
  clients: readonly StaticClientOptions[] = [],
  resources: readonly KnownResource[],
): AccessByClient {
  const byIdentifier = new Map(resources.map((resource) => [resource.identifier, resource]))
  return new Map(
    clients.map((client, index) => [
      client.clientId,
      parseAccess(client, `clients[${index}]`, byIdentifier),
    ]),
  )
}

/** What a client may have; nothing for one that is not configured. */
export function accessOf(clients: AccessByClient, clientId: string): ClientAccess {
  return clients.get(clientId) ?? NO_ACCESS
}

function parseAccess(
  { grantTypes = [], scopes, subjectTokenAudiences }: StaticClientOptions,
  path: string,
  resources: ReadonlyMap<string, KnownResource>,
): ClientAccess {
  const exchanges = grantTypes.includes(TOKEN_EXCHANGE)
  const isMachine = exchanges || grantTypes.includes(CLIENT_CREDENTIALS)
  if (isMachine !== (scopes !== undefined)) {
    throw wrong(
      path,
      `scopes belongs to ${CLIENT_CREDENTIALS} or ${TOKEN_EXCHANGE}, and they to it`,
    )
  }
  if (exchanges !== (subjectTokenAudiences !== undefined)) {
    throw wrong(path, `subjectTokenAudiences and ${TOKEN_EXCHANGE} need each other`)
  }
  const audiences = requireList(subjectTokenAudiences, `${path}.subjectTokenAudiences`)
  const stranger = audiences.find((audience) => !resources.has(audience))
  if (stranger !== undefined || (exchanges && audiences.length === 0)) {
    throw wrong(path, 'subjectTokenAudiences has to name resources of this server')
  }
  return {
    scopes: parseScopes(scopes, `${path}.scopes`, resources),
    subjectTokenAudiences: new Set(audiences),
  }
}

function parseScopes(
  scopes: StaticClientOptions['scopes'],
  path: string,
  resources: ReadonlyMap<string, KnownResource>,
): ClientAccess['scopes'] {
  if (scopes === undefined) return NO_ACCESS.scopes
  const isObject = typeof scopes === 'object' && scopes !== null && !Array.isArray(scopes)
  requireType(isObject, path, 'an object of resource identifiers and scopes')
  const entries = Object.entries(scopes)
  if (entries.length === 0) throw wrong(path, 'it names no resource')
  return new Map(
    entries.map(([identifier, names]) => {
      const resource = resources.get(identifier)
      if (resource === undefined) throw wrong(path, `${identifier} is no resource of this server`)
      const known = requireScopes(names, `${path}.${identifier}`)
      const stranger = known.find((name) => !resource.scopes.includes(name))
      if (stranger === undefined) return [identifier, known]
      throw wrong(path, `${stranger} is no scope of ${identifier}`)
    }),
  )
}

function wrong(path: string, problem: string): ConfigError {
  return new ConfigError('ERR_CONFIG_CLIENT', `${path}, ${problem}`)
}
