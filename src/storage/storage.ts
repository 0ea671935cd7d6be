/** Bytes that are kept under a key. */
export interface StoredRecord {
  readonly value: Uint8Array
  /** Changes with every write and never recurs for its key; compared and never interpreted. */
  readonly version: string
  /** Seconds since the epoch; `undefined` for a record that stays. */
  readonly expiresAt: number | undefined
}

/** What is said with every write. It replaces what an earlier write said. */
export interface WriteOptions {
  /** How long the record lives, at least 1. @defaultValue until it is deleted */
  readonly ttlSeconds?: number | undefined
  /** Names that the record can be found and deleted by, at most 16. @defaultValue none */
  readonly tags?: readonly string[] | undefined
}

/** What a write asks of the record that is there: nothing, that there is none, or its version. */
export type Condition = 'any' | 'absent' | { readonly version: string }

/** One write of a batch. @defaultValue of `if`: `any` */
export type Write =
  | ({
      readonly kind: 'set'
      readonly key: string
      readonly value: Uint8Array
      readonly if?: Condition | undefined
    } & WriteOptions)
  | { readonly kind: 'delete'; readonly key: string; readonly if?: Condition | undefined }

/** A name that nobody else holds. */
export interface Lock {
  /** Grows with every holder: whoever writes under the lock can refuse an older one. */
  readonly fence: number
  /** Holds it longer; `false` where it has run out and may be somebody else's. */
  extend(ttlSeconds: number): Promise<boolean>
  /** `false` where it had run out. */
  release(): Promise<boolean>
}

/**
 * Records under keys, for one process or for many.
 *
 * Every method is atomic, also among processes: it happens as a whole or not at all, and others see
 * it before or after. A record that has expired is not there, whether or not its bytes still are.
 *
 * Keys and tags are any text of 1 to 1,024 bytes of UTF-8 without NUL; values are 0 to 16 MiB.
 *
 * @throws {StorageError} from every method, where the store cannot be reached within its time limit
 *   or cannot write; whether a write has happened is then unknown.
 */
export interface Storage {
  /**
   * What outlives what: `durable`, an acknowledged write survives a crash of the machine;
   * `shared`, it survives that of this process, but may be lost with the server; `process`, it
   * does not survive the process.
   */
  readonly durability: 'durable' | 'shared' | 'process'
  /** Whether the store gets values only encrypted, as `sealed` has it. @defaultValue false */
  readonly isSealed?: boolean | undefined
  get(key: string): Promise<StoredRecord | undefined>
  /** @returns Whether it was written: not, with `ifAbsent`, where there was a record. */
  set(
    key: string,
    value: Uint8Array,
    options?: WriteOptions & { readonly ifAbsent?: boolean | undefined },
  ): Promise<boolean>
  /** Reads a record and deletes it: of any number of callers exactly one gets it. */
  take(key: string): Promise<StoredRecord | undefined>
  /** Writes where the record still has this version. @returns Whether it was written. */
  compareAndSwap(
    key: string,
    version: string,
    value: Uint8Array,
    options?: WriteOptions,
  ): Promise<boolean>
  /**
   * Does all writes, at most 100 of different keys, or none where a condition does not hold.
   *
   * @returns Whether they were done.
   */
  commit(writes: readonly Write[]): Promise<boolean>
  /** @returns Whether there was a record. */
  delete(key: string): Promise<boolean>
  /** Keys that begin like this, in no order; those that are written meanwhile may be missed. */
  list(prefix: string): AsyncIterable<string>
  /** Keys of the records with this tag, in no order. */
  listByTag(tag: string): AsyncIterable<string>
  /** Deletes the records that have the tag when it is called. @returns How many there were. */
  deleteByTag(tag: string): Promise<number>
  /** Takes a lock for so long; `undefined` where somebody else has it. It does NOT wait. */
  lock(name: string, ttlSeconds: number): Promise<Lock | undefined>
  /** Rejects with a `StorageError` where the store cannot be reached, for readiness checks. */
  check(): Promise<void>
  /** Ends connections and timers. Nothing may be called afterwards. */
  close(): Promise<void>
}
