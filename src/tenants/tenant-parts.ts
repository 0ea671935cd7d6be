import { createEmitter, type Emit } from '../observability/index.ts'
import { type Clock, systemClock } from '../runtime/index.ts'
import { type Storage, tenantStorage } from '../storage/index.ts'
import { type Addresses, parseAddresses } from './addresses.ts'
import { type OpenTenant, openTenant } from './open-tenant.ts'
import { createOpenTenants, type OpenTenants } from './open-tenants.ts'
import type { CreateTenantsOptions } from './options.ts'
import { parseOptions } from './parse-options.ts'
import { createRemovals, type Removals } from './removals.ts'
import { createTenantRecords, type TenantRecords } from './tenant-records.ts'
import { createTenantStates, type TenantStates } from './tenant-states.ts'

/** What tenants are kept and served with. */
export interface TenantParts {
  readonly addresses: Addresses
  readonly clock: Clock
  /** Events of a tenant, or of none. */
  readonly emitOf: (id: string | undefined) => Emit
  readonly open: OpenTenants
  /** Opens a tenant with the options of now, without putting it in force. */
  readonly openAnew: (id: string, revision: string) => Promise<OpenTenant>
  readonly records: TenantRecords
  readonly removals: Removals
  readonly states: TenantStates
  readonly storageOf: (id: string) => Storage
}

/** @throws {ConfigError} for every mistake in the options */
export function createTenantParts(options: CreateTenantsOptions): TenantParts {
  parseOptions(options)
  const { storage, clock = systemClock, allowInsecureLoopback = false, onEvent } = options
  const addresses = parseAddresses(options.issuer, allowInsecureLoopback)
  const emitOf = (id: string | undefined): Emit =>
    createEmitter(onEvent && ((event) => onEvent(event, id)))
  const storageOf = (id: string): Storage => tenantStorage(storage, id)
  const records = createTenantRecords(storage, clock)
  const states = createTenantStates(records, clock)
  const openAnew = (id: string, revision: string): Promise<OpenTenant> =>
    openTenant(id, revision, {
      ...options,
      clock,
      issuerOf: addresses.issuerOf,
      storageOf,
      isStopped: async () => (await states.read(id))?.state !== 'active',
    })
  const open = createOpenTenants({ states, openAnew, emitOf, clock })
  const removals = createRemovals({ records, storageOf, emitOf, clock })
  return { addresses, clock, emitOf, open, openAnew, records, removals, states, storageOf }
}
