import { type Clock, isWorkRequestBound } from '../runtime/index.ts'

const FAILURE_PAUSE_SECONDS = 5

/** One read at a time, shared by everybody who wants it. */
export interface SharedRead<T> {
  /** Joins the read that is under way, or starts one; always starts one where reads end with requests. */
  run(): Promise<T>
  /** The read that is under way; none where only the request that began it may wait for it. */
  readonly underWay: Promise<T> | undefined
  /** Whether the last read has not ended; the request that began it may have. */
  readonly isOpen: boolean
  /** How many reads have begun. */
  readonly attempts: number
  /** Milliseconds since the last read began. */
  sinceLastAttempt(): number
  /** The failure of the last read; `undefined` after a success. */
  readonly failure: Error | undefined
  /** Whether the last read failed so recently that the next would only add to the load. */
  isPaused(): boolean
  /** Forgets the read that is under way, when the last one was and how it ended. */
  reset(): void
}

/** Creates a shared read. After a failure nobody needs to try for 5 s. */
export function createSharedRead<T>(read: () => Promise<T>, clock: Clock): SharedRead<T> {
  let underWay: Promise<T> | undefined
  let attempts = 0
  let lastAttempt = -Infinity
  let failure: Error | undefined

  /** The end of a read that was forgotten meanwhile says nothing about the present one. */
  function end(ended: Promise<T>, outcome: Error | undefined): void {
    if (underWay !== ended) return
    failure = outcome
    underWay = undefined
  }

  function start(): Promise<T> {
    attempts += 1
    lastAttempt = clock.elapsed()
    const started: Promise<T> = (async () => read())().then(
      (value) => {
        end(started, undefined)
        return value
      },
      (reason: unknown) => {
        const error = reason instanceof Error ? reason : new Error(String(reason))
        end(started, error)
        throw error
      },
    )
    return started
  }

  function run(): Promise<T> {
    if (underWay === undefined || isWorkRequestBound) underWay = start()
    return underWay
  }

  const sinceLastAttempt = (): number => clock.elapsed() - lastAttempt
  return {
    run,
    get underWay() {
      return isWorkRequestBound ? undefined : underWay
    },
    get isOpen() {
      return underWay !== undefined
    },
    get attempts() {
      return attempts
    },
    sinceLastAttempt,
    get failure() {
      return failure
    },
    isPaused: () => failure !== undefined && sinceLastAttempt() < FAILURE_PAUSE_SECONDS * 1_000,
    reset() {
      underWay = undefined
      lastAttempt = -Infinity
      failure = undefined
    },
  }
}
