import { ConfigError } from '../errors/index.ts'
import type { AuditEvent } from '../observability/index.ts'
import { isTenantId, requireTenantId } from '../options/index.ts'
import { randomId } from '../runtime/index.ts'
import { rotateTenantKeys } from './tenant-keys.ts'
import type { TenantParts } from './tenant-parts.ts'
import type { TenantRecord } from './tenant-records.ts'
import type { Tenants } from './tenants.ts'

type Administration = Omit<Tenants, 'close' | 'handler' | 'resourceServer' | 'tenantOf'>
type Change = Extract<AuditEvent, { type: 'tenant.changed' }>['change']

/** What operators do with tenants, in any process. */
export function createAdministration(parts: TenantParts): Administration {
  const { addresses, open, records, removals, storageOf, clock } = parts
  const present = (id: string): Promise<TenantRecord | undefined> => findPresent(id, parts)
  const changed = (record: TenantRecord | undefined, change: Change): boolean =>
    noteChange(record, change, parts)

  async function setState(
    id: string,
    state: TenantRecord['state'],
  ): Promise<TenantRecord | undefined> {
    return (await present(id)) && records.change(id, { state })
  }

  return {
    add: (id) => add(id, parts),
    async reload(id) {
      if ((await present(id)) === undefined) return false
      const revision = randomId()
      const tenant = await parts.openAnew(id, revision)
      const record = await records.change(id, { revision })
      if (record !== undefined) open.use(tenant)
      return changed(record, 'reloaded')
    },
    suspend: async (id) => changed(await setState(id, 'suspended'), 'suspended'),
    resume: async (id) => changed(await setState(id, 'active'), 'resumed'),
    async remove(id) {
      const isRemoved = changed(await setState(id, 'deleted'), 'removed')
      if (!isRemoved) return false
      await open.forgetRemoved()
      await removals.begin(id)
      return true
    },
    async rotateKeys(id) {
      const record = await present(id)
      if (record !== undefined) await rotateTenantKeys(storageOf(id), clock)
      return changed(record, 'keys_rotated')
    },
    get: async (id) => ((await present(id)) === undefined ? undefined : open.find(id)),
    async *list() {
      for await (const { id, state, changedAt } of records.list()) {
        const isSuspended = state === 'suspended'
        yield { id, issuer: addresses.issuerOf(id), isSuspended, changedAt }
      }
    },
  }
}

async function add(id: string, parts: TenantParts): Promise<void> {
  const { open, openAnew, records } = parts
  requireTenantId(id)
  const refuseDeleted = (record: TenantRecord | undefined): void => {
    if (record?.state === 'deleted') throw new ConfigError('ERR_CONFIG_TENANT_DELETED', id)
  }
  const found = await records.find(id)
  refuseDeleted(found)
  if (found !== undefined) return
  const tenant = await openAnew(id, randomId())
  const record = await records.add(id, tenant.revision)
  refuseDeleted(record)
  // Somebody else may have added it meanwhile.
  if (record.revision !== tenant.revision) return
  open.use(tenant)
  noteChange(record, 'added', parts)
}

/** The tenant, where there is one: to ask for another is worth an event. */
async function findPresent(
  id: string,
  { clock, emitOf, records }: TenantParts,
): Promise<TenantRecord | undefined> {
  const tenant = isTenantId(id) ? id : undefined
  const record = tenant === undefined ? undefined : await records.find(tenant)
  if (record !== undefined && record.state !== 'deleted') return record
  emitOf(undefined)({ type: 'tenant.not_found', at: clock.now(), tenant })
  return undefined
}

/** Takes over what was changed here; the other processes find out. */
function noteChange(
  record: TenantRecord | undefined,
  change: Change,
  { clock, emitOf, states }: TenantParts,
): boolean {
  if (record === undefined) return false
  states.note(record)
  emitOf(record.id)({ type: 'tenant.changed', at: clock.now(), tenant: record.id, change })
  return true
}
