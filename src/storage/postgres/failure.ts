import { GatehouseError, StorageError } from '../../errors/index.ts'

/** What the server has answered, in the words of the driver. */
interface ServerError extends Error {
  /** SQLSTATE, five characters. */
  readonly code: string
  readonly severity: string
}

/** Read-only, no privilege, disk full, out of memory, disk broken (PostgreSQL, appendix A). */
const WRITE_REFUSALS = new Set(['25006', '42501', '53100', '53200', '58030'])
/** Cancelled by its time limit, or no lock within one. */
const TIMEOUTS = new Set(['57014', '55P03', '25P03'])
/** The transaction has lost against another one and was undone; it can be done again. */
const CONFLICTS = new Set(['40001', '40P01'])
/** Connection lost, too many connections, the server stops or starts. */
const PASSING_CLASSES = new Set(['08', '53', '57'])
/** Undefined table, undefined schema. */
const MISSING = new Set(['42P01', '3F000'])

/** Whether the same transaction can be done once more, because nothing of it has happened. */
export function isConflict(error: unknown): boolean {
  return isServerError(error) && CONFLICTS.has(error.code)
}

export function isMissingTable(error: unknown): boolean {
  return isServerError(error) && MISSING.has(error.code)
}

/**
 * What a call to PostgreSQL has failed with, as the contract of `Storage` wants it.
 *
 * @param address Where the server is, without credentials.
 */
export function toStorageError(error: unknown, address: string): GatehouseError {
  if (error instanceof GatehouseError) return error
  const cause = withoutValues(error)
  if (isServerError(error) && WRITE_REFUSALS.has(error.code)) {
    return new StorageError('ERR_STORAGE_WRITE', address, { cause, retryable: false })
  }
  const retryable = !isServerError(error) || isPassing(error.code)
  return new StorageError('ERR_STORAGE_UNAVAILABLE', address, { cause, retryable })
}

function isPassing(code: string): boolean {
  return PASSING_CLASSES.has(code.slice(0, 2)) || TIMEOUTS.has(code) || CONFLICTS.has(code)
}

/** The server quotes values in details, and in what it says of data (class 22). */
function withoutValues(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('unknown')
  if (!isServerError(error)) return new Error(error.message || error.name)
  const says = error.code.startsWith('22') ? '' : `: ${error.message}`
  return new Error(`PostgreSQL answered ${error.code}${says}`)
}

function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && 'severity' in error && 'code' in error
}
