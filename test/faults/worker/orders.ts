import type { Place } from '../places.ts'

/** What a worker is told when it starts. */
export interface Orders {
  /** One store or several; the worker writes to all of them at once. */
  readonly places: readonly Place[]
  /** What all keys of this worker begin with. */
  readonly name: string
  /** How many sequences of operations run at once on each store. */
  readonly slots: number
  readonly seed: number
}

export type Action = 'write' | 'swap' | 'delete' | 'rotate' | 'take'

/**
 * What is kept under one name: a record that is written, swapped and deleted; a token that is
 * rotated from key to key; or a code that is taken once.
 */
export type SubjectKind = 'record' | 'token' | 'code'

/** A line of the ledger. Its first entry is the number of the store, its second that of the slot. */
export type Line =
  | readonly [place: number, slot: number, step: 'intent', subject: string, Action, to: number]
  | readonly [place: number, slot: number, step: 'done']
  /** The store has answered that it does not know. */
  | readonly [place: number, slot: number, step: 'failed', error: string]
  /** The store has answered what cannot be. */
  | readonly [place: number, slot: number, step: 'wrong', answer: string]

/**
 * The key of a subject. Tokens have one for each generation.
 *
 * @param subject `record`, `token` or `code-<number>`.
 */
export function keyOf(name: string, slot: number, subject: string, generation: number): string {
  const own = `${name}/${slot}/${subject}`
  return subject === 'token' ? `${own}/${generation}` : own
}
