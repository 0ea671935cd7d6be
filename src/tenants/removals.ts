import type { Emit } from '../observability/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'
import type { TenantRecord, TenantRecords } from './tenant-records.ts'

/** Deletes what removed tenants leave. */
export interface Removals {
  /** Deletes the records there are now. */
  begin(id: string): Promise<void>
  /** Deletes what requests have written that were under way then, in whatever process. */
  finish(): Promise<void>
}

export interface RemovalsOptions {
  readonly records: TenantRecords
  readonly storageOf: (id: string) => Storage
  readonly emitOf: (id: string) => Emit
  readonly clock: Clock
}

/** By then every process knows, and no request is still under way. */
const SETTLED_SECONDS = 20
const BATCH = 100

export function createRemovals({ records, storageOf, emitOf, clock }: RemovalsOptions): Removals {
  async function finishOne({ id, changedAt }: TenantRecord): Promise<void> {
    if (clock.now() - changedAt < SETTLED_SECONDS) return
    await deleteRecords(storageOf(id))
    await records.noteSwept(id)
    emitOf(id)({ type: 'tenant.swept', at: clock.now(), tenant: id })
  }
  return {
    begin: (id) => deleteRecords(storageOf(id)),
    async finish() {
      for await (const record of records.listUnswept()) {
        await finishOne(record).catch((error: unknown) => {
          const event = { type: 'tenant.swept', at: clock.now(), tenant: record.id } as const
          emitOf(record.id)(error instanceof Error ? { ...event, error } : event)
        })
      }
    },
  }
}

/** Deletes all records there are. */
export async function deleteRecords(storage: Storage): Promise<void> {
  let keys: string[] = []
  const flush = async (): Promise<void> => {
    await storage.commit(keys.map((key) => ({ kind: 'delete', key })))
    keys = []
  }
  for await (const key of storage.list('')) {
    keys.push(key)
    if (keys.length === BATCH) await flush()
  }
  await flush()
}
