import assert from 'node:assert/strict'
import { StorageError } from '../../errors/index.ts'
import type { Storage, StoredRecord, WriteOptions } from '../../storage/index.ts'

/** What one case of the contract runs in. */
export interface ContractWorld {
  readonly storage: Storage
  /** The same records through a connection of its own, where the store is shared. */
  readonly other: Storage
  /** A text for keys, tags and names that no other case uses. */
  readonly own: (name: string) => string
  /** Returns once this much time has passed for the store. */
  readonly pass: (seconds: number) => Promise<void>
  /** Seconds since the epoch, as the store sees them. */
  readonly now: () => number
}

/** One fact that holds for every store. */
export interface ContractCase {
  readonly name: string
  readonly run: (world: ContractWorld) => Promise<void>
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export function bytes(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Writes text and returns the version that it got. */
export async function put(
  storage: Storage,
  key: string,
  text: string,
  options?: WriteOptions,
): Promise<string> {
  assert.equal(await storage.set(key, bytes(text), options), true)
  return versionOf(storage, key)
}

/** The text under a key; `undefined` where there is none. */
export async function read(storage: Storage, key: string): Promise<string | undefined> {
  const record = await storage.get(key)
  return record && textOf(record)
}

export function textOf({ value }: StoredRecord): string {
  return decoder.decode(value)
}

export async function versionOf(storage: Storage, key: string): Promise<string> {
  const record = await storage.get(key)
  assert.ok(record, 'the record is there')
  return record.version
}

/** What is listed, sorted. It fails where something is listed twice. */
export async function collect(listed: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = []
  for await (const entry of listed) all.push(entry)
  assert.equal(new Set(all).size, all.length, 'nothing is listed twice')
  return all.toSorted()
}

/** Calls at once, and returns what each call gave. */
export function atOnce<Result>(
  times: number,
  call: (index: number) => Promise<Result>,
): Promise<readonly Result[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => call(index)))
}

/** Fails unless the call is refused as input that no store can keep. */
export async function refusesInput(call: () => Promise<unknown>, what: string): Promise<void> {
  await assert.rejects(
    call,
    (error) =>
      error instanceof StorageError && error.code === 'ERR_STORAGE_INPUT' && !error.retryable,
    `${what} is refused with ERR_STORAGE_INPUT`,
  )
}
