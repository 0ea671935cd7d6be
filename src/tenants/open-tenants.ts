import type { Emit } from '../observability/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { OpenTenant } from './open-tenant.ts'
import type { TenantStates } from './tenant-states.ts'
import type { Tenant } from './tenants.ts'

/** The tenants that this process has opened. */
export interface OpenTenants {
  /** Opens it where that is needed; rejects with what opening it does. */
  find(id: string): Promise<Tenant | undefined>
  /** Puts what was opened in force, from one request to the next. */
  use(tenant: OpenTenant): void
  /** Forgets those that are not there any more, with all that they hold. */
  forgetRemoved(): Promise<void>
}

export interface OpenTenantsOptions {
  readonly states: TenantStates
  readonly openAnew: (id: string, revision: string) => Promise<OpenTenant>
  readonly emitOf: (id: string) => Emit
  readonly clock: Clock
}

/** How soon options that were refused are read again. */
const RETRY_MILLISECONDS = 15_000

export function createOpenTenants({
  states,
  openAnew,
  emitOf,
  clock,
}: OpenTenantsOptions): OpenTenants {
  const tenants = new Map<string, OpenTenant>()
  const opening = new Map<string, Promise<OpenTenant>>()
  const refusedAt = new Map<string, number>()

  async function open(id: string, revision: string): Promise<OpenTenant> {
    try {
      const tenant = await openAnew(id, revision)
      use(tenant)
      return tenant
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause))
      refusedAt.set(id, clock.elapsed())
      emitOf(id)({ type: 'tenant.options_refused', at: clock.now(), tenant: id, error })
      throw error
    } finally {
      opening.delete(id)
    }
  }
  function openOnce(id: string, revision: string): Promise<OpenTenant> {
    const opened = opening.get(id) ?? open(id, revision)
    opening.set(id, opened)
    return opened
  }
  function use(tenant: OpenTenant): void {
    tenants.set(tenant.id, tenant)
    refusedAt.delete(tenant.id)
  }
  function forget(id: string): void {
    tenants.delete(id)
    refusedAt.delete(id)
  }
  const isDue = (id: string): boolean =>
    clock.elapsed() - (refusedAt.get(id) ?? Number.NEGATIVE_INFINITY) >= RETRY_MILLISECONDS

  return {
    async find(id) {
      const record = await states.read(id)
      if (record === undefined) {
        forget(id)
        return undefined
      }
      const known = tenants.get(id)
      const tenant = known ?? (await openOnce(id, record.revision))
      // What is in force answers until the new options are.
      if (known !== undefined && known.revision !== record.revision && isDue(id)) {
        openOnce(id, record.revision).catch(() => undefined)
      }
      return { ...tenant, isSuspended: record.state === 'suspended' }
    },
    use,
    async forgetRemoved() {
      for (const id of tenants.keys()) {
        if ((await states.read(id)) === undefined) forget(id)
      }
    },
  }
}
