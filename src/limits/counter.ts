import { type Clock, createBoundedMap } from '../runtime/index.ts'
import { memoryLimits } from './memory.ts'
import type { Outage } from './outage.ts'
import type { Counted, LimitRule, LimitStore } from './store.ts'

/** What became of one count. */
export interface Verdict {
  readonly rule: LimitRule
  readonly isExceeded: boolean
  readonly remaining: number
  /** Until the window ends. */
  readonly resetSeconds: number
}

/** Counts, and never fails. A promise only where the store gives one. */
export type Count = (key: string, times: number) => Verdict | Promise<Verdict>

/** What {@link createCounter} works with. */
export interface CounterSettings {
  readonly store: LimitStore
  readonly outage: Outage
  /** What part of the limit one process allows without the store, 1 to 100. */
  readonly outagePercent: number
  readonly clock: Clock
}

const TIMEOUT_MILLISECONDS = 1_000
const READING_MILLISECONDS = 50
const MAX_SPENT = 20_000

/**
 * Creates the counter of one rule: who has nothing left is refused without asking the store, and
 * while the store is away this process counts by itself, to stricter numbers.
 */
export function createCounter(rule: LimitRule, settings: CounterSettings): Count {
  const { store, outage, outagePercent, clock } = settings
  const counter = store.open(rule)
  const stricter = { ...rule, limit: Math.max(1, Math.floor((rule.limit * outagePercent) / 100)) }
  const local = memoryLimits({ clock }).open(stricter)
  /** Until when, by the clock that only grows. */
  const spent = createBoundedMap<number>(MAX_SPENT)

  function countLocally(key: string, times: number): Verdict {
    // Memory answers at once.
    return judge(stricter, local.count(key, times) as Counted)
  }

  function conclude(key: string, counted: Counted): Verdict {
    outage.worked()
    const verdict = judge(rule, counted)
    if (verdict.isExceeded) spent.set(key, clock.elapsed() + verdict.resetSeconds * 1_000)
    return verdict
  }

  async function conclusionOf(
    key: string,
    times: number,
    counting: Promise<Counted>,
  ): Promise<Verdict> {
    try {
      return conclude(key, await inTime(counting))
    } catch (error) {
      outage.failed(error)
      return countLocally(key, times)
    }
  }

  return (key, times) => {
    const until = spent.get(key)
    if (until !== undefined) {
      const left = until - clock.elapsed()
      if (left > 0) return exceeded(rule, Math.ceil(left / 1_000))
      spent.delete(key)
    }
    if (outage.isOn()) return countLocally(key, times)
    let counting: Counted | Promise<Counted>
    try {
      counting = counter.count(key, times)
    } catch (error) {
      outage.failed(error)
      return countLocally(key, times)
    }
    return counting instanceof Promise
      ? conclusionOf(key, times, counting)
      : conclude(key, counting)
  }
}

function judge(rule: LimitRule, { used, resetSeconds }: Counted): Verdict {
  const remaining = Math.max(0, rule.limit - used)
  return { rule, isExceeded: used > rule.limit, remaining, resetSeconds }
}

function exceeded(rule: LimitRule, resetSeconds: number): Verdict {
  return { rule, isExceeded: true, remaining: 0, resetSeconds }
}

/**
 * A store that does not answer is away, as one that refuses. Where this process was too busy to look,
 * an answer may lie there when the time is over; it is read before the store is given up.
 */
async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const error = new Error(`no answer within ${TIMEOUT_MILLISECONDS} ms`)
    const giveUp = (): unknown => setTimeout(reject, READING_MILLISECONDS, error)
    timer = setTimeout(giveUp, TIMEOUT_MILLISECONDS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
