import type { Observations } from './observations.ts'

/**
 * `fail`: something is broken or open; `warn`: some clients have trouble; `note`: good to know;
 * `skip`: it was not looked at.
 */
export type CheckVerdict = 'pass' | 'note' | 'warn' | 'fail' | 'skip'

/** What a check makes of what was seen. */
export interface Outcome {
  readonly verdict: CheckVerdict
  readonly seen: string
  /** What to change; with `warn` and `fail`. */
  readonly change?: string
}

/** One rule, from what was seen to what it comes to. Pure. */
export interface Check {
  /** Stable, such as `challenge`. */
  readonly id: string
  /** Ids of spec requirements, or the section that asks for it. */
  readonly requirement: string
  /** Empty where it does not apply. */
  readonly look: (seen: Observations) => readonly Outcome[]
}

export interface Finding extends Outcome {
  readonly check: string
  readonly requirement: string
}

export const pass = (seen: string): readonly Outcome[] => [{ verdict: 'pass', seen }]
export const skip = (seen: string): readonly Outcome[] => [{ verdict: 'skip', seen }]
export const note = (seen: string): readonly Outcome[] => [{ verdict: 'note', seen }]
export const warn = (seen: string, change: string): readonly Outcome[] => [
  { verdict: 'warn', seen, change },
]
export const fail = (seen: string, change: string): readonly Outcome[] => [
  { verdict: 'fail', seen, change },
]
