/** What became of a tenant. */
export type TenantEvent =
  /** A tenant was added, suspended, resumed, reloaded or removed, or its keys were rotated, here. */
  | {
      readonly type: 'tenant.changed'
      /** Seconds since the epoch. */
      readonly at: number
      readonly tenant: string
      readonly change: 'added' | 'keys_rotated' | 'reloaded' | 'removed' | 'resumed' | 'suspended'
    }
  /** The options of a tenant could not be used; those from before stay in force, where there are some. */
  | {
      readonly type: 'tenant.options_refused'
      readonly at: number
      readonly tenant: string
      readonly error: Error
    }
  /** Somebody asked for a tenant that is not there, or for something that none of its servers is. */
  | {
      readonly type: 'tenant.not_found'
      readonly at: number
      /** As it was asked for, at most 63 characters; `undefined` where it was no id. */
      readonly tenant: string | undefined
    }
  /** A request for a tenant was answered before any of its servers was asked. */
  | {
      readonly type: 'tenant.refused'
      readonly correlationId: string
      readonly at: number
      readonly tenant: string
      readonly reason: 'suspended' | 'unavailable'
      readonly status: number
      readonly method: string
      readonly path: string
      /** What failed, where it is not available. */
      readonly error?: Error
    }
  /** What is left of a tenant that was removed was deleted, or could not be and is tried again. */
  | {
      readonly type: 'tenant.swept'
      readonly at: number
      readonly tenant: string
      readonly error?: Error
    }
