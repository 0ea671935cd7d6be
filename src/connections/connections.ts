import type { BrowserIdentity } from '../oauth-client/index.ts'
import type { Emit } from '../observability/index.ts'
import type { Principal } from '../principal/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'
import type { ConnectionAttempts, HeldAuthorizations } from './connection-attempts.ts'
import type { ConnectionRequests } from './connection-requests.ts'
import type { Credential } from './credential.ts'
import type { ConnectionKeys } from './options.ts'
import type { SecretTries } from './secret-tries.ts'
import type { Service } from './service.ts'
import type { ConnectionExport, ConnectionSummary, ConnectionVault, Disconnected } from './vault.ts'

/** Checked options with their defaults, for the parts. */
export interface ConnectionSettings {
  /** Without a trailing slash. */
  readonly baseUrl: URL
  readonly storage: Storage
  readonly keys: ConnectionKeys
  readonly identity: BrowserIdentity
  readonly services: ReadonlyMap<string, Service>
  readonly isSecure: boolean
  readonly emit: Emit
  readonly clock: Clock
}

/** What pages and tools are made of: everything but what users call. */
export interface ConnectionsCore {
  readonly settings: ConnectionSettings
  readonly vault: ConnectionVault
  readonly requests: ConnectionRequests
  readonly attempts: ConnectionAttempts
  readonly held: HeldAuthorizations
  readonly secretTries: SecretTries
  /** As `Connections.get`. */
  readonly get: (principal: Principal<unknown>, service: string) => Promise<Credential>
}

/** What tool authors call about the connections of their users. */
export interface ConnectionsApi<Name extends string = string> {
  /**
   * The caller's credential at a service.
   *
   * @throws {ConnectionRequired} where there is none, or none that works
   * @throws {DeniedError} `ERR_DENIED_NO_USER` for a client that acts for itself
   * @throws {ConfigError} `ERR_CONFIG_SERVICE_UNKNOWN`
   * @throws {StorageError}
   */
  get(principal: Principal<unknown>, service: Name): Promise<Credential>
  list(principal: Principal<unknown>): Promise<readonly ConnectionSummary[]>
  /** Ends one, at the service too. @returns `undefined` where there was none */
  disconnect(principal: Principal<unknown>, service: Name): Promise<Disconnected | undefined>
  revokeAll(principal: Principal<unknown>): Promise<readonly Disconnected[]>
  /** What is stored about the user, without the secrets. */
  export(principal: Principal<unknown>): Promise<ConnectionExport>
  /** `revokeAll`, and deletes what else there is about the user. */
  delete(principal: Principal<unknown>): Promise<readonly Disconnected[]>
}
