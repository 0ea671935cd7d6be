import type { CorrelatedFacts, EventFacts } from './event-facts.ts'

/** Which tenant it is about. */
export interface TenantFacts {
  /** The id of the tenant. */
  readonly tenant: string
}

/** What became of tenants, and of requests for them. */
export type TenantEvent =
  /** A tenant was added, suspended, resumed, reloaded or removed, or its keys were rotated, here. */
  | ({
      readonly type: 'tenant.changed'
      /** What was done. */
      readonly change: 'added' | 'keys_rotated' | 'reloaded' | 'removed' | 'resumed' | 'suspended'
    } & EventFacts &
      TenantFacts)
  /** The options of a tenant could not be used; those from before stay in force, where there are some. */
  | ({
      readonly type: 'tenant.options_refused'
      /** What is wrong with them. */
      readonly error: Error
    } & EventFacts &
      TenantFacts)
  /** Somebody asked for a tenant that is not there, or for something that none of its servers is. */
  | ({
      readonly type: 'tenant.not_found'
      /** The id as it was asked for, at most 63 characters; absent where it was no id. */
      readonly tenant: string | undefined
    } & EventFacts)
  /** A request for a tenant was answered before any of its servers was asked. */
  | ({
      readonly type: 'tenant.refused'
      /** Somebody has suspended it, or it cannot be opened. */
      readonly reason: 'suspended' | 'unavailable'
      /** What the client was answered. */
      readonly status: number
      /** The HTTP method. */
      readonly method: string
      /** The path, without the query. */
      readonly path: string
      /** What failed, where it is not available. */
      readonly error?: Error
    } & CorrelatedFacts &
      TenantFacts)
  /** What is left of a tenant that was removed was deleted, or could not be and is tried again. */
  | ({
      readonly type: 'tenant.swept'
      /** Why it could not be deleted. */
      readonly error?: Error
    } & EventFacts &
      TenantFacts)
