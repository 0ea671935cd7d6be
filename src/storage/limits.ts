import { StorageError } from '../errors/index.ts'
import type { Condition, Write, WriteOptions } from './storage.ts'

const MAX_TEXT_BYTES = 1_024
const MAX_VALUE_BYTES = 16 * 1024 * 1024
const MAX_TAGS = 16
const MAX_WRITES = 100
/** A hundred years: what is longer is meant to stay, or is milliseconds. */
const MAX_TTL_SECONDS = 3_155_760_000

const encoder = new TextEncoder()

/**
 * Checks what every store can keep as a key: well-formed text of 1 to 1,024 bytes of UTF-8 without
 * NUL. Half of a surrogate pair is refused, because UTF-8 makes all halves the same character.
 *
 * @param subject What the message says is wrong; it never contains the key itself.
 * @throws {StorageError} `ERR_STORAGE_INPUT`
 */
export function checkKey(key: string, subject = 'key'): void {
  checkPrefix(key, subject)
  if (key === '') throw inputError(`${subject} (empty)`)
}

/** Checks the name of a lock, as {@link checkKey} does. */
export function checkLockName(name: string): void {
  checkKey(name, 'lock name')
}

/** Checks a tag, as {@link checkKey} does. */
export function checkTag(tag: string): void {
  checkKey(tag, 'tag')
}

/** Checks what keys may begin with, as {@link checkKey} does; it may be empty. */
export function checkPrefix(prefix: string, subject = 'prefix'): void {
  if (typeof prefix !== 'string') throw inputError(`${subject} (not a string)`)
  if (isTooLong(prefix)) throw inputError(`${subject} (longer than 1,024 bytes)`)
  if (prefix.includes('\0')) throw inputError(`${subject} (contains NUL)`)
  if (!prefix.isWellFormed()) throw inputError(`${subject} (half of a surrogate pair)`)
}

/** Checks a value: 0 to 16 MiB of bytes. @throws {StorageError} `ERR_STORAGE_INPUT` */
export function checkValue(value: Uint8Array): void {
  if (!(value instanceof Uint8Array)) throw inputError('value (not a Uint8Array)')
  if (value.byteLength > MAX_VALUE_BYTES) throw inputError('value (larger than 16 MiB)')
}

/** Checks a lifetime: whole seconds, from 1 to a hundred years. @throws {StorageError} `ERR_STORAGE_INPUT` */
export function checkTtl(ttlSeconds: number): void {
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > MAX_TTL_SECONDS) {
    throw inputError(`ttlSeconds (not a whole number of 1 to ${MAX_TTL_SECONDS})`)
  }
}

/** The names of all that can be said with a write, in whichever form. */
const WRITE_MEMBERS: ReadonlySet<string> = new Set([
  'kind',
  'key',
  'value',
  'if',
  'ifAbsent',
  'ttlSeconds',
  'tags',
])

/**
 * Checks lifetime and tags of a write, and that nothing else is said: a misspelt lifetime would make
 * the record stay for ever. A tag may be there twice; it counts once for the store, and
 * twice here.
 *
 * @throws {StorageError} `ERR_STORAGE_INPUT`
 */
export function checkWriteOptions(options: WriteOptions = {}): void {
  const unknown = Object.keys(options).find((name) => !WRITE_MEMBERS.has(name))
  if (unknown !== undefined) throw inputError(`${unknown.slice(0, 64)} (no such option of a write)`)
  const { ttlSeconds, tags } = options
  if (ttlSeconds !== undefined) checkTtl(ttlSeconds)
  if (tags === undefined) return
  if (!Array.isArray(tags)) throw inputError('tags (not an array)')
  if (tags.length > MAX_TAGS) throw inputError(`tags (more than ${MAX_TAGS})`)
  for (const tag of tags) checkTag(tag)
}

/** {@link checkKey}, {@link checkValue} and {@link checkWriteOptions} in one. */
export function checkSet(key: string, value: Uint8Array, options: WriteOptions | undefined): void {
  checkKey(key)
  checkValue(value)
  checkWriteOptions(options)
}

/** Checks a version to compare with; any text is one. @throws {StorageError} `ERR_STORAGE_INPUT` */
export function checkVersion(version: string): void {
  if (typeof version !== 'string') throw inputError('version (not a string)')
}

/**
 * Checks a batch: 0 to 100 writes of different keys. A batch without writes is done and does
 * nothing.
 *
 * @throws {StorageError} `ERR_STORAGE_INPUT`
 */
export function checkWrites(writes: readonly Write[]): void {
  if (!Array.isArray(writes)) throw inputError('writes (not an array)')
  if (writes.length > MAX_WRITES) throw inputError(`writes (more than ${MAX_WRITES})`)
  for (const write of writes) checkWrite(write)
  if (new Set(writes.map(({ key }) => key)).size < writes.length) {
    throw inputError('writes (two of one key)')
  }
}

function checkWrite(write: Write): void {
  checkCondition(write.if ?? 'any')
  if (write.kind === 'delete') return checkKey(write.key)
  if (write.kind !== 'set') throw inputError('kind (neither set nor delete)')
  checkSet(write.key, write.value, write)
}

function checkCondition(condition: Condition): void {
  if (condition === 'any' || condition === 'absent') return
  if (typeof condition !== 'object' || condition === null) throw inputError('if (no condition)')
  checkVersion(condition.version)
}

/** UTF-8 takes one to three bytes for each unit of UTF-16: most text needs not to be encoded. */
function isTooLong(text: string): boolean {
  if (text.length * 3 <= MAX_TEXT_BYTES) return false
  return text.length > MAX_TEXT_BYTES || encoder.encode(text).byteLength > MAX_TEXT_BYTES
}

function inputError(subject: string): StorageError {
  return new StorageError('ERR_STORAGE_INPUT', subject, { retryable: false })
}
