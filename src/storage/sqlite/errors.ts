import { type ErrorCode, GatehouseError, StorageError } from '../../errors/index.ts'

/** Result codes of SQLite (https://sqlite.org/rescode.html). */
const BUSY = 5
const LOCKED = 6
const NO_MEMORY = 7
const IO_ERROR = 10
/** The connection may have a wrong picture of the file after these; it is opened anew. */
const CORRUPT = 11
const CANNOT_OPEN = 14
const NOT_A_DATABASE = 26

/** Read-only, disk full, no permission, and the extended codes of a failed write or fsync. */
const CANNOT_WRITE: ReadonlySet<number> = new Set([8, 13, 3, 778, 1_034, 1_290, 1_546])
const TRANSIENT: ReadonlySet<number> = new Set([BUSY, LOCKED, NO_MEMORY, IO_ERROR])
const BROKEN: ReadonlySet<number> = new Set([IO_ERROR, CORRUPT, CANNOT_OPEN, NOT_A_DATABASE])
const FILE_SYSTEM_CANNOT_WRITE: ReadonlySet<string> = new Set(['EROFS', 'ENOSPC', 'EDQUOT'])

/** Whether another connection writes, or recovers the file, at this moment. */
export function isBusy(error: unknown): boolean {
  const code = primaryCodeOf(error)
  return code === BUSY || code === LOCKED
}

/** Whether the connection is better not used again. */
export function isBroken(error: unknown): boolean {
  return BROKEN.has(primaryCodeOf(error) ?? 0)
}

/**
 * What is said of a failure of SQLite or the file system; anything else is returned as it is.
 *
 * @param subject The path of the file.
 */
export function toStorageError(error: unknown, subject: string): unknown {
  if (error instanceof GatehouseError || !(error instanceof Error)) return error
  const resultCode = resultCodeOf(error)
  if (resultCode !== undefined) {
    const primary = resultCode & 0xff
    const isWrite = CANNOT_WRITE.has(primary) || CANNOT_WRITE.has(resultCode)
    return storageError(isWrite, subject, error, TRANSIENT.has(primary))
  }
  if (!('syscall' in error && 'code' in error)) return error
  return storageError(FILE_SYSTEM_CANNOT_WRITE.has(String(error.code)), subject, error, false)
}

function storageError(
  isWrite: boolean,
  subject: string,
  cause: Error,
  retryable: boolean,
): StorageError {
  const code: ErrorCode = isWrite ? 'ERR_STORAGE_WRITE' : 'ERR_STORAGE_UNAVAILABLE'
  return new StorageError(code, subject, { cause, retryable })
}

function primaryCodeOf(error: unknown): number | undefined {
  const code = resultCodeOf(error)
  return code === undefined ? undefined : code & 0xff
}

function resultCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode : undefined
}
