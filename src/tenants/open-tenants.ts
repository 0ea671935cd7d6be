import type { Emit } from '../observability/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { OpenTenant } from './open-tenant.ts'
import type { TenantStates } from './tenant-states.ts'
import type { Tenant } from './tenants.ts'

/** The tenants that this process has opened. */
export interface OpenTenants {
  /**
   * Opens it where that is needed; rejects with what opening it does, for some seconds without trying
   * again.
   */
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
/** The same where none are in force: everybody is refused until then, and told to come back by then. */
const FIRST_RETRY_MILLISECONDS = 5_000

/** Options that were refused. */
interface Refusal {
  readonly revision: string
  readonly at: number
  readonly error: Error
}

export function createOpenTenants(options: OpenTenantsOptions): OpenTenants {
  const { states, openAnew, emitOf, clock } = options
  const tenants = new Map<string, OpenTenant>()
  const opening = new Map<string, Promise<OpenTenant>>()
  const refusals = createRefusals(clock)

  async function open(id: string, revision: string): Promise<OpenTenant> {
    try {
      const tenant = await openAnew(id, revision)
      use(tenant)
      return tenant
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause))
      refusals.note(id, revision, error)
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
    refusals.forget(tenant.id)
  }
  function forget(id: string): void {
    tenants.delete(id)
    refusals.forget(id)
  }

  return {
    async find(id) {
      const record = await states.read(id)
      if (record === undefined) {
        forget(id)
        return undefined
      }
      const { revision } = record
      const known = tenants.get(id)
      const pause = known === undefined ? FIRST_RETRY_MILLISECONDS : RETRY_MILLISECONDS
      const refusal = refusals.recent(id, revision, pause)
      // Strangers ask for it: options are not read, and events not written, each time.
      if (known === undefined && refusal !== undefined) throw refusal.error
      const tenant = known ?? (await openOnce(id, revision))
      // What is in force answers until the new options are.
      if (tenant.revision !== revision && refusal === undefined) {
        openOnce(id, revision).catch(() => undefined)
      }
      return { ...tenant, isSuspended: record.state === 'suspended' }
    },
    use,
    async forgetRemoved() {
      for (const id of new Set([...tenants.keys(), ...refusals.ids()])) {
        if ((await states.read(id)) === undefined) forget(id)
      }
    },
  }
}

/** The last refusal of each tenant, which is about one revision of its options. */
function createRefusals(clock: Clock) {
  const refusals = new Map<string, Refusal>()
  return {
    note: (id: string, revision: string, error: Error): void =>
      void refusals.set(id, { revision, at: clock.elapsed(), error }),
    forget: (id: string): boolean => refusals.delete(id),
    ids: (): Iterable<string> => refusals.keys(),
    recent(id: string, revision: string, pause: number): Refusal | undefined {
      const refusal = refusals.get(id)
      const isRecent = refusal?.revision === revision && clock.elapsed() - refusal.at < pause
      return isRecent ? refusal : undefined
    },
  }
}
