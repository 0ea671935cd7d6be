import type {
  AuthorizationServerKeys,
  CreateAuthorizationServerOptions,
} from '../authorization-server/index.ts'
import type { AuditEvent } from '../observability/index.ts'
import type { ResourceServerOptions } from '../resource-server/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'

/** Who a tenant is, and what of it is not for its options to say. */
export interface TenantAddress {
  readonly id: string
  /** Its issuer identifier: the pattern, with the id in it. */
  readonly issuer: string
  /**
   * The part of the storage that it has, such as for `createConnections`: no record there is found
   * by another tenant, and all of them end with it.
   */
  readonly storage: Storage
}

/** Options of the resource server of a tenant; what is missing here its authorization server says. */
export interface TenantResourceServerOptions
  extends Omit<
    ResourceServerOptions,
    | 'allowInsecureLoopback'
    | 'authorizationServers'
    | 'clock'
    | 'isRevoked'
    | 'onEvent'
    | 'resource'
    | 'revocations'
    | 'verifier'
  > {
  /** As `isRevoked` of a resource server, of a tenant that is not suspended. */
  readonly isRevoked?: NonNullable<ResourceServerOptions['isRevoked']>
}

/** What one tenant is like: upstream, policy, clients, branding, limits, keys. */
export interface TenantOptions
  extends Omit<
    CreateAuthorizationServerOptions,
    'allowInsecureLoopback' | 'clock' | 'isSuspended' | 'issuer' | 'keys' | 'storage'
  > {
  /**
   * Keys from elsewhere, which are then yours to rotate and to destroy.
   * @defaultValue keys of its own, made when it is added, kept in its storage and destroyed with it
   */
  readonly keys?: AuthorizationServerKeys
  /**
   * The gates in front of its MCP servers: one of `resources` → its options. `{}` lets in whoever has
   * a token of this tenant for this resource.
   * @defaultValue none; its MCP servers are elsewhere
   */
  readonly resourceServers?: Readonly<Record<string, TenantResourceServerOptions>>
}

/** Gives the options of a tenant as they are now, such as from a database. */
export type ReadTenant = (
  tenant: TenantAddress,
) => TenantOptions | undefined | Promise<TenantOptions | undefined>

/** Options of `createTenants`. */
export interface CreateTenantsOptions {
  /**
   * The issuer identifiers: `{tenant}` stands for the id, as the first label of the host
   * (`https://{tenant}.example.com`) or as a segment of the path (`https://example.com/t/{tenant}`).
   */
  readonly issuer: string
  /** Holds the state of all tenants, each in a part of its own; several processes share one. */
  readonly storage: Storage
  /**
   * Called when a tenant is added, when a process is first asked for it, and after `reload`. What it
   * rejects with keeps the options from before in force.
   */
  readonly options: ReadTenant
  /** Allow an http issuer on loopback addresses. For development. @defaultValue false */
  readonly allowInsecureLoopback?: boolean | undefined
  /**
   * Receives what happens, with the tenant where it is of one that has no `onEvent` of its own.
   * @defaultValue warnings go to the console
   */
  readonly onEvent?: ((event: AuditEvent, tenant?: string) => void | Promise<void>) | undefined
  /** For tests. @defaultValue the system's clock */
  readonly clock?: Clock | undefined
}
