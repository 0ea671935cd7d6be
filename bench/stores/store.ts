import { randomBytes, randomUUID } from 'node:crypto'
import { createKeyRing, generateKey, keysFromFunction } from 'mcp-gatehouse/keys'
import { type Storage, sealed } from 'mcp-gatehouse/storage'

/** Size of the values, in bytes. */
export const VALUE_BYTES = 1_024
/** Every record lives so long: longer than a run, so that nothing expires in the middle of one. */
export const TTL_SECONDS = 3_600

/** What a user of the driver alone would write: the value as it is, and nothing beside its expiry. */
export interface BareDriver {
  /** Done as durably as the store does it. */
  set(key: string, value: Uint8Array): Promise<unknown>
  get(key: string): Promise<Uint8Array | undefined>
  /** Reads and deletes in one step. */
  take(key: string): Promise<Uint8Array | undefined>
  /** Ends connections, and removes what was written. */
  close(): Promise<void>
}

/** A store with sealed records, and beside it its driver alone on the same server or disk. */
export interface StorePair {
  readonly name: string
  readonly storage: Storage
  readonly bare: BareDriver
  /** Ends both, and removes what was written. */
  close(): Promise<void>
}

export function randomValue(): Uint8Array {
  return new Uint8Array(randomBytes(VALUE_BYTES))
}

/** A name that no other run has, of a–z, 0–9 and `_`. */
export function freshName(): string {
  return `bench_${randomUUID().replaceAll('-', '')}`
}

/** The storage as it is to be used, with a key ring. */
export async function seal(storage: Storage): Promise<Storage> {
  const keys = { keys: [await generateKey({ use: 'storage' })] }
  const ring = await createKeyRing({ use: 'storage', source: keysFromFunction(() => keys) })
  return sealed(storage, ring)
}
