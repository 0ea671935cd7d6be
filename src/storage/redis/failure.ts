import { GatehouseError, StorageError } from '../../errors/index.ts'

/** What the server answers when it works but does not write. */
const WRITE_REFUSALS = /\b(?:OOM|READONLY|MISCONF|NOREPLICAS)\b/
/** What it answers while it starts, moves keys, or is busy with something else. */
const PASSING_REFUSALS = /\b(?:LOADING|BUSY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|UNKILLABLE)\b/

/**
 * What a call to Redis has failed with, as the contract of `Storage` wants it.
 *
 * @param address Where the server is, without credentials.
 */
export function toStorageError(error: unknown, address: string): GatehouseError {
  if (error instanceof GatehouseError) return error
  const cause = withoutArguments(error)
  const isReply = error instanceof Error && error.name === 'ReplyError'
  if (!isReply)
    return new StorageError('ERR_STORAGE_UNAVAILABLE', address, { cause, retryable: true })
  if (WRITE_REFUSALS.test(error.message)) {
    return new StorageError('ERR_STORAGE_WRITE', address, { cause, retryable: false })
  }
  const retryable = PASSING_REFUSALS.test(error.message)
  return new StorageError('ERR_STORAGE_UNAVAILABLE', address, { cause, retryable })
}

/** The driver hangs the command and its arguments on errors, and the server quotes them. */
function withoutArguments(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('unknown')
  if (error.name !== 'ReplyError') return new Error(error.message || error.name)
  const [word] = WRITE_REFUSALS.exec(error.message) ??
    PASSING_REFUSALS.exec(error.message) ??
    /^[A-Z]+/.exec(error.message) ?? ['ERR']
  return new Error(`Redis answered ${word}`)
}
