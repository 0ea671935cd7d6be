import type { AuditRecord } from './audit-record.ts'
import type { AuditProblem } from './options.ts'

/** Records that wait to be written, in their order. */
export interface RecordQueue {
  /** @returns Resolves when it is written; rejects where that failed once, or too many wait. */
  add(record: AuditRecord): Promise<void>
  /** Comes to an end when nothing waits, or after `stop` and one more failure. */
  idle(): Promise<void>
  /** Ends the waiting for better times. */
  stop(): void
  /** How many wait. */
  size(): number
}

export interface RecordQueueOptions {
  /** Writes all of them or, where it rejects, none. */
  readonly write: (records: readonly AuditRecord[]) => Promise<void>
  readonly maxWaiting: number
  /** Makes the error that callers get. */
  readonly failure: (cause: unknown) => Error
  readonly onProblem: (problem: AuditProblem) => void
  /** The record that says how many were dropped. */
  readonly droppedRecord: (count: number) => AuditRecord
}

interface Waiting {
  readonly record: AuditRecord
  readonly settle: (error?: Error) => void
}

const MAX_BATCH = 500
const RETRY_MILLISECONDS = 1_000

/** Creates a queue that writes one batch after the other, and tries again each second. */
export function createRecordQueue(options: RecordQueueOptions): RecordQueue {
  const { write, maxWaiting, failure, onProblem, droppedRecord } = options
  let waiting: Waiting[] = []
  let dropped = 0
  let isFailing = false
  const pauses = createPauses()
  let running: Promise<void> | undefined
  return { add, idle: async () => running, stop: pauses.stop, size: () => waiting.length }

  function add(record: AuditRecord): Promise<void> {
    if (waiting.length >= maxWaiting) {
      dropped += 1
      return Promise.reject(failure(new Error('too many events wait')))
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    // A sink is not always waited for.
    promise.catch(() => undefined)
    waiting.push({ record, settle: (error) => (error ? reject(error) : resolve()) })
    running ??= run()
    return promise
  }

  async function run(): Promise<void> {
    await Promise.resolve()
    while (waiting.length > 0) {
      const error = await writeBatch(waiting.slice(0, MAX_BATCH))
      if (error !== undefined) {
        if (!isFailing) report({ kind: 'failing', error })
        isFailing = true
        if (await pauses.isStoppedIn(RETRY_MILLISECONDS)) break
      } else if ((isFailing || dropped > 0) && waiting.length === 0) {
        recover()
      }
    }
    // In the same tick as the last look at `waiting`, so that nothing that is added waits for nobody.
    running = undefined
  }

  /** @returns Why it did not work; the batch then waits on. */
  async function writeBatch(batch: readonly Waiting[]): Promise<Error | undefined> {
    try {
      await write(batch.map(({ record }) => record))
    } catch (error) {
      const failed = failure(error)
      for (const { settle } of batch) settle(failed)
      return failed
    }
    waiting = waiting.slice(batch.length)
    for (const { settle } of batch) settle()
    return undefined
  }

  /** Whoever is told cannot end the log with an error of their own. */
  function report(problem: AuditProblem): void {
    try {
      onProblem(problem)
    } catch {
      // There is nobody else to tell.
    }
  }

  function recover(): void {
    const lost = dropped
    isFailing = false
    dropped = 0
    report({ kind: 'recovered', dropped: lost })
    if (lost > 0) waiting.push({ record: droppedRecord(lost), settle: () => undefined })
  }
}

/** Pauses that are cut short once and for all. */
function createPauses() {
  let isStopped = false
  let end: (() => void) | undefined
  return {
    stop: () => {
      isStopped = true
      end?.()
    },
    /** Each has a promise of its own: every race with one that lasts would be kept by that. */
    async isStoppedIn(milliseconds: number): Promise<boolean> {
      if (isStopped) return true
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, milliseconds)
      end = resolve
      await promise
      clearTimeout(timer)
      return isStopped
    },
  }
}
