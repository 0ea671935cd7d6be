import { type Clock, createBoundedMap } from '../runtime/index.ts'
import type { TenantRecord, TenantRecords } from './tenant-records.ts'

/** What this process knows of the tenants, never older than some seconds. */
export interface TenantStates {
  /**
   * The tenant, or `undefined` where there is none or it was deleted.
   *
   * @throws {StorageError} where the store has been away for longer than that
   */
  read(id: string): Promise<TenantRecord | undefined>
  /** Takes over what this process has changed itself. */
  note(record: TenantRecord): void
}

interface Known {
  readonly record: TenantRecord | undefined
  readonly readAt: number
  reading: Promise<TenantRecord | undefined> | undefined
}

const MAX_AGE_MILLISECONDS = 5_000
/** While the store is away; then nobody knows whether the tenant may still do anything. */
const MAX_UNCHECKED_MILLISECONDS = 30_000
/** Ids that somebody has asked for, most of which may be made up. */
const MAX_KNOWN = 20_000

export function createTenantStates(records: TenantRecords, clock: Clock): TenantStates {
  const known = createBoundedMap<Known>(MAX_KNOWN)

  function keep(id: string, record: TenantRecord | undefined): TenantRecord | undefined {
    const present = record?.state === 'deleted' ? undefined : record
    known.set(id, { record: present, readAt: clock.elapsed(), reading: undefined })
    return present
  }
  async function refresh(id: string, last: Known | undefined): Promise<TenantRecord | undefined> {
    try {
      return keep(id, await records.find(id))
    } catch (error) {
      if (last !== undefined) last.reading = undefined
      const age = clock.elapsed() - (last?.readAt ?? Number.NEGATIVE_INFINITY)
      if (age < MAX_UNCHECKED_MILLISECONDS) return last?.record
      throw error
    }
  }

  return {
    async read(id) {
      const last = known.get(id)
      if (last === undefined) return refresh(id, undefined)
      if (clock.elapsed() - last.readAt < MAX_AGE_MILLISECONDS) return last.record
      last.reading ??= refresh(id, last)
      return last.reading
    },
    note: (record) => void keep(record.id, record),
  }
}
