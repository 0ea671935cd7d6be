import { type ConnectionPages, createConnectionPages } from './browser/index.ts'
import { createConnectionUses } from './connection-uses.ts'
import type { ConnectionsApi, ConnectionsCore } from './connections.ts'
import { baseHref, createApi } from './create-api.ts'
import { createConnectionAttempts } from './create-attempts.ts'
import { createConnectionRequests } from './create-requests.ts'
import { createVault } from './create-vault.ts'
import { createHeldAuthorizations } from './held-authorizations.ts'
import type { CreateConnectionsOptions } from './options.ts'
import { parseConnectionOptions } from './parse-options.ts'
import { createSecretTries } from './secret-tries.ts'
import type { ServiceDefinition } from './service-options.ts'
import { createRequire, type ToolConnections } from './tools/index.ts'

/** The connections of users: for tools, and for the users themselves. */
export type Connections<Name extends string = string> = ConnectionsApi<Name> &
  ToolConnections<Name> &
  ConnectionPages

/**
 * Creates the connections of users to third-party services: the credential is collected in the
 * browser, stored sealed, renewed, and taken back by the user.
 *
 * It does NOT close the storage, does NOT limit how often its pages are asked for, and does NOT give a
 * credential to anybody but the user's own tool calls: a client that acts for itself has none.
 *
 * @throws {ConfigError} for every mistake in the options
 */
export async function createConnections<
  const Services extends Readonly<Record<string, ServiceDefinition>>,
>(
  options: CreateConnectionsOptions & { readonly services: Services },
): Promise<Connections<keyof Services & string>> {
  const { core, api } = createConnectionsCore(options)
  const { brand = { name: core.settings.baseUrl.host }, texts } = options
  const pages = await createConnectionPages(core, { brand, texts })
  return { ...api, ...createRequire<keyof Services & string>(core), ...pages }
}

/** Creates what pages and tools are made of, and what users call. */
export function createConnectionsCore(options: CreateConnectionsOptions): {
  readonly core: ConnectionsCore
  readonly api: ConnectionsApi
} {
  const settings = parseConnectionOptions(options)
  const { storage, services, isSecure, emit, clock, baseUrl } = settings
  const random = Math.random
  const uses = createConnectionUses(storage, clock)
  const requests = createConnectionRequests({ storage, baseUrl: baseHref(baseUrl), emit, clock })
  const vault = createVault({ storage, services, requests, uses, emit, clock, random })
  const api = createApi({ settings, vault, uses, random })
  const core: ConnectionsCore = {
    settings,
    vault,
    requests,
    attempts: createConnectionAttempts({ storage, isSecure, emit, clock }),
    held: createHeldAuthorizations(storage),
    secretTries: createSecretTries(storage, clock),
    get: (principal, service) => api.get(principal, service),
  }
  return { core, api }
}
