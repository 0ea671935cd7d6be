import type { ReceivedTokens } from '../oauth-client/index.ts'
import type { ConnectionOwner } from './owner.ts'
import type { Revoked, ServiceAccount } from './service.ts'

/** A connection as its owner sees it: no secret is in it. */
export interface ConnectionSummary {
  readonly service: string
  /** What people call the service; its name for one that is configured no more. */
  readonly title: string
  readonly account: ServiceAccount
  /** What was granted; empty for services without scopes. */
  readonly permissions: readonly string[]
  /** Seconds since the epoch. */
  readonly connectedAt: number
  /** The client that asked for it. */
  readonly connectedBy: string | undefined
  /** To the minute; `undefined` for one that was never used. */
  readonly lastUsedAt: number | undefined
  /** The client that used it last. */
  readonly lastUsedBy: string | undefined
  /** `needs_reconnect`: the service has ended it, or more permissions are needed now. */
  readonly state: 'connected' | 'needs_reconnect'
}

/** What a user has brought from a service. */
export type NewConnection =
  | {
      readonly kind: 'oauth'
      readonly tokens: ReceivedTokens
      readonly account: ServiceAccount
      readonly clientId: string | undefined
    }
  | {
      readonly kind: 'secret'
      readonly fields: Readonly<Record<string, string>>
      readonly account: ServiceAccount
      readonly clientId: string | undefined
    }

/** What was ended: locally always, at the service where it can be. */
export interface Disconnected {
  readonly service: string
  readonly atService: Revoked
}

/** Everything that is stored about a user, without the secrets. */
export interface ConnectionExport {
  readonly owner: ConnectionOwner
  readonly connections: readonly ConnectionSummary[]
  readonly pendingRequests: readonly {
    readonly service: string
    readonly clientId: string | undefined
    readonly operation: string
    readonly createdAt: number
    readonly expiresAt: number
  }[]
}

/** The connections of users. Services are named as in `services`. */
export interface ConnectionVault {
  /** What there is, without a secret; `undefined` where the user has none at this service. */
  find(owner: ConnectionOwner, service: string): Promise<ConnectionSummary | undefined>
  /** Keeps a connection instead of what there was, and settles the requests that wait for it. */
  save(owner: ConnectionOwner, service: string, connection: NewConnection): Promise<void>
  list(owner: ConnectionOwner): Promise<readonly ConnectionSummary[]>
  /** @returns `undefined` where there was none. */
  disconnect(owner: ConnectionOwner, service: string): Promise<Disconnected | undefined>
  revokeAll(owner: ConnectionOwner): Promise<readonly Disconnected[]>
  export(owner: ConnectionOwner): Promise<ConnectionExport>
  /** Ends all connections, and deletes all that is stored about the user. */
  delete(owner: ConnectionOwner): Promise<readonly Disconnected[]>
}
