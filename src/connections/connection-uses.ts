import {
  type Clock,
  createBoundedMap,
  formatRecord,
  isOptionalString,
  parseRecord,
  recordKey,
} from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'
import { identityOf, ownerTagOf } from './connection-record.ts'
import type { ConnectionOwner } from './owner.ts'

/** When a connection was used last, and by which client. */
export interface LastUse {
  /** Seconds since the epoch. */
  readonly at: number
  readonly clientId?: string | undefined
}

/** When connections were used: beside them, so that a use never disturbs a refresh. */
export interface ConnectionUses {
  /** Notes a use, at most once a minute. What the store says is ignored: a use is not worth a failure. */
  note(owner: ConnectionOwner, service: string, clientId: string | undefined): Promise<void>
  find(owner: ConnectionOwner, service: string): Promise<LastUse | undefined>
  forget(owner: ConnectionOwner, service: string): Promise<void>
}

const FORMAT = 1
const EVERY_MILLISECONDS = 60_000
const MAX_REMEMBERED = 10_000

export function createConnectionUses(storage: Storage, clock: Clock): ConnectionUses {
  /** What this process has written within the last minute. */
  const written = createBoundedMap<{ readonly at: number; readonly clientId: string | undefined }>(
    MAX_REMEMBERED,
  )

  return {
    async note(owner, service, clientId) {
      const key = await keyOf(owner, service)
      const last = written.get(key)
      const now = clock.elapsed()
      if (last !== undefined && now - last.at < EVERY_MILLISECONDS && last.clientId === clientId) {
        return
      }
      written.set(key, { at: now, clientId })
      const tags = [await ownerTagOf(owner)]
      const value = formatRecord(FORMAT, { at: clock.now(), clientId })
      await storage.set(key, value, { tags }).catch(() => false)
    },
    async find(owner, service) {
      const record = await storage.get(await keyOf(owner, service))
      if (record === undefined) return undefined
      return parseRecord(record.value, FORMAT, 'Use of a connection', ({ at, clientId }) =>
        typeof at === 'number' && isOptionalString(clientId) ? { at, clientId } : undefined,
      )
    },
    async forget(owner, service) {
      const key = await keyOf(owner, service)
      written.delete(key)
      await storage.delete(key)
    },
  }
}

function keyOf(owner: ConnectionOwner, service: string): Promise<string> {
  return recordKey('connection-use', owner.tenant, identityOf(owner, service))
}
