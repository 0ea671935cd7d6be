import { type Clock, formatRecord, parseRecord, recordKey } from '../runtime/index.ts'
import type { Condition, Storage } from '../storage/index.ts'
import { identityOf, ownerTagOf } from './connection-record.ts'
import type { ConnectionOwner } from './owner.ts'

/** How often a user may have a service try what they typed in: each try asks the service. */
export interface SecretTries {
  /**
   * Counts a try before the service is asked.
   *
   * @returns When the next one is allowed, in seconds; `undefined` where this one is.
   */
  count(owner: ConnectionOwner, service: string): Promise<number | undefined>
}

const FORMAT = 1
const MAX_TRIES = 10
const WINDOW_SECONDS = 600
/** How often a change is tried that others overtake. */
const MAX_WRITES = 20

/** Counts in the storage, which all processes share: 10 of a user and service in 10 minutes. */
export function createSecretTries(storage: Storage, clock: Clock): SecretTries {
  return {
    async count(owner, service) {
      const key = await recordKey('connection-tries', owner.tenant, identityOf(owner, service))
      const lifetime = { ttlSeconds: WINDOW_SECONDS, tags: [await ownerTagOf(owner)] }
      for (let writes = 0; writes < MAX_WRITES; writes += 1) {
        // oxlint-disable-next-line no-await-in-loop -- each look comes after somebody else's write
        const { triedAt, condition } = await read(key)
        const now = clock.now()
        const recent = triedAt.filter((at) => now - at < WINDOW_SECONDS)
        const [oldest = now] = recent
        if (recent.length >= MAX_TRIES) return Math.max(1, oldest + WINDOW_SECONDS - now)
        const value = formatRecord(FORMAT, { triedAt: [...recent, now] })
        // oxlint-disable-next-line no-await-in-loop
        const isCounted = await storage.commit([
          { kind: 'set', key, value, if: condition, ...lifetime },
        ])
        if (isCounted) return undefined
      }
      return 1
    },
  }

  async function read(key: string): Promise<{
    readonly triedAt: readonly number[]
    readonly condition: Condition
  }> {
    const record = await storage.get(key)
    if (record === undefined) return { triedAt: [], condition: 'absent' }
    const triedAt = parseRecord(record.value, FORMAT, 'Tries of a credential', (content) =>
      isInstants(content['triedAt']) ? content['triedAt'] : undefined,
    )
    return { triedAt, condition: { version: record.version } }
  }
}

function isInstants(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((at) => typeof at === 'number')
}
