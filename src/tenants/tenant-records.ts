import { type Clock, formatRecord, parseRecord, recordKey } from '../runtime/index.ts'
import type { Storage, WriteOptions } from '../storage/index.ts'

/** What is stored of a tenant: all that processes have to agree on. */
export interface TenantRecord {
  readonly id: string
  readonly state: 'active' | 'suspended' | 'deleted'
  /** Another one when its options are to be read again. */
  readonly revision: string
  /** When it was changed last, in seconds since the epoch. */
  readonly changedAt: number
  /** Whether nothing is left of one that was deleted. */
  readonly isSwept: boolean
}

/** The tenants there are. */
export interface TenantRecords {
  find(id: string): Promise<TenantRecord | undefined>
  /** @returns The record, which may have been there: also that of one that was deleted. */
  add(id: string, revision: string): Promise<TenantRecord>
  /**
   * Changes a tenant that is not deleted. @returns `undefined` where there is none
   */
  change(
    id: string,
    change: Partial<Pick<TenantRecord, 'state' | 'revision'>>,
  ): Promise<TenantRecord | undefined>
  /** Those that are not deleted, in no order. */
  list(): AsyncIterable<TenantRecord>
  /** Those that are deleted, and of which something may be left. */
  listUnswept(): AsyncIterable<TenantRecord>
  /** Notes that nothing is left. */
  noteSwept(id: string): Promise<void>
}

const FORMAT = 1
/** Longer than any token is good that was issued under the id: nobody may have it again before. */
const TOMBSTONE_SECONDS = 2 * 86_400

export function createTenantRecords(storage: Storage, clock: Clock): TenantRecords {
  async function swap(
    id: string,
    next: (record: TenantRecord) => TenantRecord | undefined,
  ): Promise<TenantRecord | undefined> {
    const key = await keyOf(id)
    for (;;) {
      const stored = await storage.get(key)
      const changed = stored && next(readTenant(stored.value))
      if (stored === undefined || changed === undefined) return undefined
      const value = formatRecord(FORMAT, changed)
      const options = await optionsOf(changed)
      if (await storage.compareAndSwap(key, stored.version, value, options)) return changed
    }
  }
  async function find(key: string): Promise<TenantRecord | undefined> {
    const stored = await storage.get(key)
    return stored && readTenant(stored.value)
  }
  async function* present(keys: AsyncIterable<string>): AsyncIterable<TenantRecord> {
    for await (const key of keys) {
      const record = await find(key)
      if (record !== undefined) yield record
    }
  }

  return {
    find: async (id) => find(await keyOf(id)),
    async add(id, revision) {
      const key = await keyOf(id)
      const added = {
        id,
        state: 'active',
        revision,
        changedAt: clock.now(),
        isSwept: false,
      } as const
      for (;;) {
        const found = await find(key)
        if (found !== undefined) return found
        if (await storage.set(key, formatRecord(FORMAT, added), { ifAbsent: true })) return added
      }
    },
    change: (id, change) =>
      swap(id, (record) =>
        record.state === 'deleted' ? undefined : { ...record, ...change, changedAt: clock.now() },
      ),
    async *list() {
      for await (const record of present(storage.list('tenant::'))) {
        if (record.state !== 'deleted') yield record
      }
    },
    async *listUnswept() {
      yield* present(storage.listByTag(await unsweptTag()))
    },
    async noteSwept(id) {
      await swap(id, (record) => ({ ...record, isSwept: true }))
    },
  }
}

function keyOf(id: string): Promise<string> {
  return recordKey('tenant', undefined, id)
}

/** No tenant has an empty id. */
function unsweptTag(): Promise<string> {
  return keyOf('')
}

async function optionsOf({ state, isSwept }: TenantRecord): Promise<WriteOptions> {
  if (state !== 'deleted') return {}
  return { ttlSeconds: TOMBSTONE_SECONDS, tags: isSwept ? [] : [await unsweptTag()] }
}

function readTenant(value: Uint8Array): TenantRecord {
  return parseRecord(value, FORMAT, 'Tenant', ({ id, state, revision, changedAt, isSwept }) => {
    const isKnown = state === 'active' || state === 'suspended' || state === 'deleted'
    return typeof id === 'string' &&
      isKnown &&
      typeof revision === 'string' &&
      typeof changedAt === 'number' &&
      typeof isSwept === 'boolean'
      ? { id, state, revision, changedAt, isSwept }
      : undefined
  })
}
