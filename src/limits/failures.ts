import { type Clock, createBoundedMap } from '../runtime/index.ts'
import type { Count, Verdict } from './counter.ts'
import { type Exceeded, exceededOf } from './rate-fields.ts'

/** What addresses have failed at. */
export interface Failures {
  /** Whether an address has failed too often. Nobody is asked: that costs good callers nothing. */
  exceededBy(address: string | undefined): Exceeded | undefined
  /** Nobody waits for it. */
  note(address: string | undefined): void
}

const MAX_BLOCKED = 20_000

/**
 * Creates the limit of failures. They are counted in the store, and who has reached the limit is
 * remembered here: another process finds out when the same address fails there.
 */
export function createFailures(
  count: Count,
  groupOf: (address: string | undefined) => string,
  clock: Clock,
): Failures {
  const blocked = createBoundedMap<{ readonly verdict: Verdict; readonly until: number }>(
    MAX_BLOCKED,
  )

  function conclude(group: string, verdict: Verdict): void {
    if (verdict.remaining > 0) return
    const until = clock.elapsed() + verdict.resetSeconds * 1_000
    blocked.set(group, { verdict: { ...verdict, isExceeded: true }, until })
  }

  return {
    exceededBy(address) {
      if (blocked.size === 0) return undefined
      const group = groupOf(address)
      const block = blocked.get(group)
      if (block === undefined) return undefined
      const left = Math.ceil((block.until - clock.elapsed()) / 1_000)
      if (left > 0) return exceededOf([{ ...block.verdict, resetSeconds: left }])
      blocked.delete(group)
      return undefined
    },
    note(address) {
      const group = groupOf(address)
      const verdict = count(group, 1)
      if (verdict instanceof Promise) void verdict.then((one) => conclude(group, one))
      else conclude(group, verdict)
    },
  }
}
