import { StorageError } from '../errors/index.ts'

/** Fills bytes with random ones. */
export type FillRandom = (bytes: Uint8Array<ArrayBuffer>) => void

/** The random generator of the platform. */
export const systemRandom: FillRandom = (bytes) => {
  globalThis.crypto.getRandomValues(bytes)
}

/** How much of a draw is compared; that 128 random bits are twice the same does not happen. */
const COMPARED_BYTES = 16

/**
 * Draws random bytes, and refuses those of a generator that is stuck: each draw is compared with
 * the one before (the test of FIPS 140-2 §4.9.2), and the first of a process with one that is used
 * for nothing. It does NOT find a generator that repeats itself after longer, or in other processes.
 *
 * @returns A function that throws a `StorageError` `ERR_STORAGE_WRITE` instead of repeating itself.
 */
export function createCheckedRandom(fill: FillRandom): (length: number) => Uint8Array<ArrayBuffer> {
  const draw = (length: number): Uint8Array<ArrayBuffer> => {
    const bytes = new Uint8Array(length)
    fill(bytes)
    return bytes
  }
  let last = draw(COMPARED_BYTES)
  return (length) => {
    const bytes = draw(Math.max(length, COMPARED_BYTES))
    if (last.every((byte, index) => byte === bytes[index])) {
      const subject = 'Random generator (it repeats itself; nothing was sealed)'
      throw new StorageError('ERR_STORAGE_WRITE', subject, { retryable: false })
    }
    last = bytes.subarray(0, COMPARED_BYTES)
    return bytes.subarray(0, length)
  }
}
