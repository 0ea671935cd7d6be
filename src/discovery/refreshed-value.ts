import { type Clock, isWorkRequestBound } from '../runtime/index.ts'
import { createSharedRead } from './shared-read.ts'

/** A value as it was read, and how long its sender wants it kept. */
export interface Loaded<T> {
  readonly value: T
  readonly maxAgeSeconds: number | undefined
}

/** How a {@link RefreshedValue} behaves over time. */
export interface RefreshedValueOptions<T> {
  readonly load: () => Promise<Loaded<T>>
  readonly clock: Clock
  /** Whether a newly read value differs from the present one; decides over {@link RefreshedValue.version}. */
  readonly differs: (before: T, after: T) => boolean
  /** Called once for each failed refresh that an outdated value goes on being used for. */
  readonly onStale?: (error: Error) => void
  /** Called when a refresh that nobody waited for failed. */
  readonly onBackgroundFailure?: (error: Error) => void
}

const DEFAULT_MAX_AGE_SECONDS = 600
const MIN_MAX_AGE_SECONDS = 60
const MAX_MAX_AGE_SECONDS = 3_600
/** How long past its age a value may serve while it cannot be refreshed. */
const STALE_SECONDS = 3_600
/** After this share of its age a value is refreshed in the background, so that nobody waits. */
const REFRESH_AHEAD = 0.8

/** A value and the version that it has. */
export interface Versioned<T> {
  readonly value: T
  /** Another one than before only if the value differs. */
  readonly version: number
}

/** A remote value that is kept, refreshed ahead of time and served stale through an outage. */
export interface RefreshedValue<T> {
  /** The present version; grows whenever the value has changed. */
  readonly version: number
  /** Whether the present value may be used without looking. Starts a refresh when it is due. */
  isFresh(): boolean
  /** The value; waits only where there is none, or it is outdated. */
  get(): Promise<Versioned<T>>
  /**
   * Reads the value anew unless it was read, or tried, less than `cooldownSeconds` ago.
   *
   * @returns The value, or `undefined` within the cooldown.
   */
  refresh(cooldownSeconds: number): Promise<Versioned<T> | undefined>
  /** Whether the last attempt to read failed, or has not ended. */
  hasFailed(): boolean
  /** Forgets the value, so that the next `get` reads it. */
  purge(): void
}

interface Entry<T> extends Versioned<T> {
  /** Milliseconds of {@link Clock.elapsed}: a stepped system clock makes nothing fresh or old. */
  readonly readAt: number
  readonly maxAge: number
}

/**
 * Keeps a remote value. All callers share one read at a time; after a failed read nobody tries
 * for 5 s; `Cache-Control` is clamped to 60 s … 1 h, 10 min where it is absent.
 */
export function createRefreshedValue<T>(options: RefreshedValueOptions<T>): RefreshedValue<T> {
  const { load, clock, differs, onStale, onBackgroundFailure } = options
  let entry: Entry<T> | undefined
  let version = 0
  let purges = 0
  let reported = 0

  const reading = createSharedRead(async (): Promise<Versioned<T>> => {
    const purgesBefore = purges
    const { value, maxAgeSeconds } = await load()
    // What was asked for before a purge may be what the purge is about.
    if (purges !== purgesBefore) return { value, version: -1 }
    if (entry === undefined || differs(entry.value, value)) version += 1
    entry = { value, version, readAt: clock.elapsed(), maxAge: clampMaxAge(maxAgeSeconds) }
    return entry
  }, clock)
  const ageOf = ({ readAt }: Entry<T>): number => clock.elapsed() - readAt

  function serveStale(error: Error): Versioned<T> {
    if (entry === undefined || ageOf(entry) > entry.maxAge + STALE_SECONDS * 1_000) throw error
    if (reported !== reading.attempts) onStale?.(error)
    reported = reading.attempts
    return entry
  }

  return {
    get version() {
      return version
    },
    isFresh() {
      if (entry === undefined) return false
      const age = ageOf(entry)
      if (age >= entry.maxAge) return false
      const isDue = age >= entry.maxAge * REFRESH_AHEAD
      // Where reads end with requests, one that nobody waits for would come to nothing.
      if (isDue && !reading.isOpen && !isWorkRequestBound && !reading.isPaused()) {
        reading.run().catch((error: Error) => onBackgroundFailure?.(error))
      }
      return true
    },
    async get() {
      if (entry !== undefined && this.isFresh()) return entry
      if (reading.failure !== undefined && reading.isPaused()) return serveStale(reading.failure)
      return reading.run().catch(serveStale)
    },
    async refresh(cooldownSeconds) {
      const isDue = reading.sinceLastAttempt() >= cooldownSeconds * 1_000
      return reading.underWay ?? (isDue ? reading.run() : undefined)
    },
    hasFailed: () => reading.failure !== undefined || reading.isOpen,
    purge() {
      entry = undefined
      purges += 1
      version += 1
      reading.reset()
    },
  }
}

function clampMaxAge(seconds: number | undefined): number {
  const wanted = seconds ?? DEFAULT_MAX_AGE_SECONDS
  return Math.min(Math.max(wanted, MIN_MAX_AGE_SECONDS), MAX_MAX_AGE_SECONDS) * 1_000
}
