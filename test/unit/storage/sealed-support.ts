import { randomBytes } from 'node:crypto'
import {
  createKeyRing,
  type KeyRing,
  rotateKeys,
  type StoredKey,
  type StoredKeys,
} from '../../../src/keys/index.ts'
import { memory, type Storage, type Write } from '../../../src/storage/index.ts'
import { KEY_CHECK } from '../../../src/storage/key-check.ts'
import { makeKeys, startRing } from '../keys/support.ts'

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The text under a key; `undefined` where there is none. */
export async function read(storage: Storage, key: string): Promise<string | undefined> {
  const record = await storage.get(key)
  return record && new TextDecoder().decode(record.value)
}

export async function collect(listed: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = []
  for await (const entry of listed) all.push(entry)
  return all.toSorted()
}

/** A new ring for storage. */
export async function newRing(): Promise<KeyRing> {
  return (await startRing('storage', await makeKeys('storage', ['current']))).ring
}

export function ringOf({ keys }: StoredKeys): Promise<KeyRing> {
  return createKeyRing({ use: 'storage', source: sourceOf(() => ({ keys })) })
}

/** A ring that rotates by itself when it is told to, as one whose file is replaced. */
export async function rotatingRing(): Promise<{
  readonly ring: KeyRing
  readonly rotate: () => Promise<void>
  readonly stored: () => StoredKeys
  /** Takes every previous key away. */
  readonly forget: () => void
}> {
  let stored: StoredKeys = { keys: await makeKeys('storage', ['current', 'next']) }
  const ring = await createKeyRing({ use: 'storage', source: sourceOf(() => stored) })
  return {
    ring,
    stored: () => stored,
    async rotate() {
      stored = (await rotateKeys(stored, { use: 'storage', overlapSeconds: 3_600 })).keys
    },
    forget() {
      stored = { keys: stored.keys.filter(({ status }: StoredKey) => status !== 'previous') }
    },
  }
}

function sourceOf(keys: () => StoredKeys): Parameters<typeof createKeyRing>[0]['source'] {
  return { name: 'Test keys', checkSeconds: 0, recheckSeconds: 0, read: async () => keys() }
}

/** A store in memory that says it is durable, and remembers every value it was given. */
export function recordingStore(): Storage & { readonly writes: Uint8Array[] } {
  const store = memory()
  const writes: Uint8Array[] = []
  const remember = (value: Uint8Array): void => void writes.push(value.slice())
  return {
    ...store,
    durability: 'durable',
    writes,
    set(key, value, options) {
      remember(value)
      return store.set(key, value, options)
    },
    compareAndSwap(key, version, value, options) {
      remember(value)
      return store.compareAndSwap(key, version, value, options)
    },
    commit(writesOfBatch: readonly Write[]) {
      for (const write of writesOfBatch) if (write.kind === 'set') remember(write.value)
      return store.commit(writesOfBatch)
    },
  }
}

/** Everything that a store holds, to see that nothing has changed. */
export async function snapshot(store: Storage): Promise<readonly unknown[]> {
  const keys = await collect(store.list(''))
  return Promise.all(keys.map(async (key) => [key, await store.get(key)]))
}

export const RESERVED = KEY_CHECK

export function randomValue(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length))
}
