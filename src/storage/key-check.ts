import { base64url } from 'jose'
import { ConfigError, type ErrorCode, StorageError } from '../errors/index.ts'
import type { KeyRing, RingKey } from '../keys/index.ts'
import { parseHead, printable } from './record-format.ts'
import type { Sealer } from './sealer.ts'
import type { Storage, StoredRecord } from './storage.ts'

/** The record that lists the keys that records are sealed with. Nobody else can use this name. */
export const KEY_CHECK = 'gatehouse:key-check'

/** Each key's `kid`, and a known text that is sealed with it, in base64url. */
type KeyList = Readonly<Record<string, string>>

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const FORMAT = 1
const KNOWN_TEXT = encoder.encode('mcp-gatehouse')
/** How many records of a store without a list are looked at. */
const SAMPLE = 100

/**
 * Refuses a ring that lacks a key that the store needs, before anything is written.
 *
 * @throws {ConfigError} `ERR_CONFIG_STORAGE_KEY`, naming each missing `kid`
 * @throws {StorageError} `ERR_STORAGE_TAMPERED`, where the list cannot be read, or was made for a
 *   store of another name; `ERR_STORAGE_FORMAT`, where a newer release has made it.
 */
export async function checkStorageKeys(
  storage: Storage,
  keys: KeyRing,
  sealer: Sealer,
): Promise<void> {
  const record = await storage.get(KEY_CHECK)
  const list = parseList(record)
  const needed = record === undefined ? await sampleKids(storage) : Object.keys(list)
  await requireKeys(needed, keys)
  for (const [kid, sealedText] of Object.entries(list)) {
    const opened = await sealer.open(KEY_CHECK, bytesOf(sealedText))
    if (opened.kid !== kid) throw unreadable()
  }
}

/**
 * Puts a key on the list, before the first record is sealed with it.
 *
 * @param keys Where the list holds a key that this ring lacks, the store is refused.
 */
export async function listStorageKey(
  storage: Storage,
  ringKey: RingKey,
  sealer: Sealer,
  keys?: KeyRing,
): Promise<void> {
  const value = await sealer.seal(ringKey, KEY_CHECK, { value: KNOWN_TEXT })
  const entry = { [ringKey.kid]: base64url.encode(value) }
  await changeList(storage, async (list) => {
    if (keys !== undefined) await requireKeys(Object.keys(list), keys)
    return list[ringKey.kid] === undefined ? { ...list, ...entry } : undefined
  })
}

/** Takes keys off the list that no record needs. */
export async function unlistStorageKeys(storage: Storage, kids: readonly string[]): Promise<void> {
  await changeList(storage, async (list) =>
    Object.fromEntries(Object.entries(list).filter(([kid]) => !kids.includes(kid))),
  )
}

/** The `kid` of each key on the list. */
export async function listedStorageKeys(storage: Storage): Promise<readonly string[]> {
  return Object.keys(parseList(await storage.get(KEY_CHECK)))
}

async function changeList(
  storage: Storage,
  change: (list: KeyList) => Promise<KeyList | undefined>,
): Promise<void> {
  for (let isDone = false; !isDone; ) {
    const record = await storage.get(KEY_CHECK)
    const changed = await change(parseList(record))
    if (changed === undefined) return
    const value = encoder.encode(JSON.stringify({ version: FORMAT, keys: changed }))
    isDone =
      record === undefined
        ? await storage.set(KEY_CHECK, value, { ifAbsent: true })
        : await storage.compareAndSwap(KEY_CHECK, record.version, value)
  }
}

function parseList(record: StoredRecord | undefined): KeyList {
  if (record === undefined) return {}
  const { version, keys } = parseJson(record.value)
  const texts = keys && Object.values(keys)
  const isList = version === FORMAT && texts?.every((text) => typeof text === 'string')
  if (isList) return keys as KeyList
  throw unreadable(Number(version) > FORMAT ? 'ERR_STORAGE_FORMAT' : 'ERR_STORAGE_TAMPERED')
}

function parseJson(value: Uint8Array): { readonly version?: unknown; readonly keys?: object } {
  try {
    return Object(JSON.parse(decoder.decode(value)))
  } catch {
    // Without what the parser quotes.
    throw unreadable()
  }
}

function bytesOf(sealedText: string): Uint8Array {
  try {
    return base64url.decode(sealedText)
  } catch {
    throw unreadable()
  }
}

function unreadable(code: ErrorCode = 'ERR_STORAGE_TAMPERED'): StorageError {
  return new StorageError(code, 'List of storage keys', { retryable: false })
}

/** Whom the records of a store belong to that has no list: it is new, or lost it. */
async function sampleKids(storage: Storage): Promise<readonly string[]> {
  const kids = new Set<string>()
  let seen = 0
  for await (const key of storage.list('')) {
    // Another process may have made the list in the meantime.
    if (key === KEY_CHECK) continue
    const record = await storage.get(key)
    if (record !== undefined) kids.add(parseHead(record.value)?.kid ?? '')
    seen += 1
    if (seen === SAMPLE) break
  }
  return [...kids]
}

async function requireKeys(kids: readonly string[], keys: KeyRing): Promise<void> {
  const found = await Promise.all(kids.map((kid) => keys.find(kid)))
  const missing = kids.filter((_kid, index) => found[index] === undefined)
  if (missing.length === 0) return
  const names = missing.map((kid) => (kid === '' ? 'none (not sealed)' : printable(kid)))
  throw new ConfigError('ERR_CONFIG_STORAGE_KEY', `Storage key ${names.join(', ')}`)
}
