import type { Writable } from 'node:stream'
import type { Clock } from '../runtime/index.ts'

/** Where the lines of an audit log go, and how. */
export interface AuditLogOptions {
  /**
   * Binds each line to the one before and hides subjects: at least 32 random bytes, or 43 random
   * characters, such as the output of `openssl rand -base64 32`. Keep it apart from the log. With another key
   * the log is another one: begin a new file.
   */
  readonly key: Uint8Array | string
  /** The file to append to; of one process alone. Either this or `stream`. */
  readonly file?: string | undefined
  /** Where lines go instead, such as `process.stdout`. It is not closed. */
  readonly stream?: Writable | undefined
  /**
   * `pseudonym`: 22 characters that are the same for the same user of the same issuer; `plain`: as
   * they are. @defaultValue `pseudonym`
   */
  readonly subjects?: 'pseudonym' | 'plain' | undefined
  /** Wait for the disk with each batch, so that a power failure loses no line. @defaultValue `false` */
  readonly sync?: boolean | undefined
  /**
   * How many events may wait while nothing can be written; further ones are dropped, and counted in
   * the line `audit.dropped`. @defaultValue 10,000
   */
  readonly maxWaiting?: number | undefined
  /** Is told when writing fails, and when it works again. @defaultValue `console.error` */
  readonly onProblem?: ((problem: AuditProblem) => void) | undefined
  /** @defaultValue the system's */
  readonly clock?: Clock | undefined
}

/** What whoever watches this server should know about its audit log. */
export type AuditProblem =
  /** Lines wait to be written. */
  | { readonly kind: 'failing'; readonly error: Error }
  /** All that waited is written; `dropped` events are missing. */
  | { readonly kind: 'recovered'; readonly dropped: number }
