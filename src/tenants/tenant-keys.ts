import type { AuthorizationServerKeys } from '../authorization-server/index.ts'
import {
  createKeyRing,
  generateKey,
  type KeyRing,
  keysFromFunction,
  rotateKeys,
  type StoredKeys,
} from '../keys/index.ts'
import type { Emit } from '../observability/index.ts'
import { type Clock, formatRecord, isObject, parseRecord, recordKey } from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'

type TenantKeyUse = keyof AuthorizationServerKeys

/** What keys of a tenant are made and kept with. */
export interface TenantKeysOptions {
  /** That of the tenant. */
  readonly storage: Storage
  readonly clock: Clock
  readonly emit: Emit
}

const FORMAT = 1
const CHECK_SECONDS = 60
/** Longer than anything is good that was made with a key. */
const OVERLAP_SECONDS = 30 * 86_400
const USES: readonly TenantKeyUse[] = ['signing', 'cookies']

/** Opens the rings that are kept in the storage of a tenant, and makes those that are not there. */
export async function openTenantKeys(options: TenantKeysOptions): Promise<AuthorizationServerKeys> {
  const [signing, cookies] = await Promise.all([
    openRing('signing', options),
    openRing('cookies', options),
  ])
  return { signing, cookies }
}

/** Rotates both rings; other processes have the new keys within a minute. */
export async function rotateTenantKeys(storage: Storage, clock: Clock): Promise<void> {
  for (const use of USES) {
    const key = await keyOf(use)
    for (let isDone = false; !isDone; ) {
      const record = await storage.get(key)
      if (record === undefined) break
      const rotation = { use, clock, overlapSeconds: OVERLAP_SECONDS }
      const { keys } = await rotateKeys(readKeys(record.value), rotation)
      isDone = await storage.compareAndSwap(key, record.version, formatRecord(FORMAT, { keys }))
    }
  }
}

async function openRing(
  use: TenantKeyUse,
  { storage, clock, emit }: TenantKeysOptions,
): Promise<KeyRing> {
  const key = await keyOf(use)
  if ((await storage.get(key)) === undefined) {
    const keys = await newKeys(use, clock)
    await storage.set(key, formatRecord(FORMAT, { keys }), { ifAbsent: true })
  }
  let seen: { readonly version: string; readonly keys: StoredKeys } | undefined
  async function read(): Promise<StoredKeys> {
    const record = await storage.get(key)
    // A process that has not heard of the end yet must not make new ones.
    if (record === undefined) throw new Error('The keys of the tenant were destroyed')
    if (seen?.version !== record.version) {
      seen = { version: record.version, keys: readKeys(record.value) }
    }
    return seen.keys
  }
  return createKeyRing({
    use,
    source: keysFromFunction(read, {
      name: `The tenant’s ${use} keys`,
      checkSeconds: CHECK_SECONDS,
    }),
    onError: (error) => emit({ type: 'authorization_server.error', at: clock.now(), error }),
    clock,
  })
}

/** Others have seen the next key long before the first rotation. */
async function newKeys(use: TenantKeyUse, clock: Clock): Promise<StoredKeys> {
  return {
    keys: [await generateKey({ use, clock }), await generateKey({ use, clock, status: 'next' })],
  }
}

function keyOf(use: TenantKeyUse): Promise<string> {
  return recordKey('tenant-keys', undefined, use)
}

function readKeys(value: Uint8Array): StoredKeys {
  return parseRecord(value, FORMAT, 'Keys of a tenant', ({ keys }) =>
    isObject(keys) && Array.isArray(keys['keys']) ? (keys as unknown as StoredKeys) : undefined,
  )
}
