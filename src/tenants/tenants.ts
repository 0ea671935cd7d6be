import type {
  AuthorizationServer,
  AuthorizationServerHandler,
} from '../authorization-server/index.ts'
import type { Principal } from '../principal/index.ts'
import type { ResourceServer } from '../resource-server/index.ts'
import type { TenantAddress } from './options.ts'

/** A tenant, with the servers that its options have made. */
export interface Tenant extends TenantAddress {
  /** Whether it is suspended: then nothing is issued, and nothing accepted. */
  readonly isSuspended: boolean
  readonly authorizationServer: AuthorizationServer
  /** By resource identifier. */
  readonly resourceServers: Readonly<Record<string, ResourceServer>>
}

/** What is known of a tenant without opening it. */
export interface TenantSummary {
  readonly id: string
  readonly issuer: string
  readonly isSuspended: boolean
  /** When that was decided, in seconds since the epoch. */
  readonly changedAt: number
}

/** Resource servers of all tenants in one, for adapters: each request is given to that of its tenant. */
export type TenantsResourceServer = Pick<
  ResourceServer,
  | 'authenticate'
  | 'checksMessages'
  | 'inspect'
  | 'inspectMetadata'
  | 'metadata'
  | 'protect'
  | 'protectFetch'
>

/** Several issuers in one process, each with its keys, clients, users, policy and pages. */
export interface Tenants {
  /** The authorization servers of all tenants. What is of none goes to `next`. */
  readonly handler: AuthorizationServerHandler
  /**
   * The resource servers of all tenants: `requireBearer(tenants.resourceServer)`. A request for none of
   * them is answered 404, one for a suspended tenant 403.
   */
  readonly resourceServer: TenantsResourceServer
  /**
   * Lets a tenant be there: its options are read and checked, its keys made. One that is there stays as
   * it is, also suspended, so that every process may call it at start.
   *
   * @param id 1 to 63 letters a–z, digits and hyphens, as in a host name.
   * @throws {ConfigError} `ERR_CONFIG_TENANT_ID`; `ERR_CONFIG_TENANT_DELETED` for two days after one of
   *   that id was removed; and for every mistake in its options. Then it is not there
   */
  add(id: string): Promise<void>
  /**
   * Reads the options of a tenant again; what is under way goes on as it began. Other processes follow
   * within seconds. Sessions of MCP revisions before 2026-07-28 begin anew.
   *
   * @returns Whether there is such a tenant.
   * @throws {ConfigError} for the first mistake in the options; then all stays as it was
   */
  reload(id: string): Promise<boolean>
  /**
   * Stops a tenant: 403 for everything but its metadata and public keys. Streams end within 20 seconds.
   * Nothing is forgotten. @returns Whether there is such a tenant.
   */
  suspend(id: string): Promise<boolean>
  /** Ends a suspension. @returns Whether there is such a tenant. */
  resume(id: string): Promise<boolean>
  /**
   * Deletes a tenant for good: its users, clients, approvals, tokens, connections, and its keys. Other
   * processes stop within seconds; a minute later nothing is left but the id, which nobody can have for
   * two days. It does NOT end sessions at its upstream.
   *
   * @returns Whether there was one.
   */
  remove(id: string): Promise<boolean>
  /**
   * Rotates the keys that are kept in the storage of a tenant, as `keys rotate` does with files; keys of
   * its options are left alone. @returns Whether there is such a tenant.
   */
  rotateKeys(id: string): Promise<boolean>
  /**
   * A tenant, opened where this process has not needed it yet.
   *
   * @throws {ConfigError} for a mistake in its options, where it has none from before
   */
  get(id: string): Promise<Tenant | undefined>
  /** All tenants, in no order. */
  list(): AsyncIterable<TenantSummary>
  /** Whose user or client somebody is, by the issuer of their token. */
  tenantOf(principal: Pick<Principal<unknown>, 'issuer'>): string | undefined
  /** Ends what runs in the background. The storage stays open. */
  close(): Promise<void>
}
