import type { RateWindow } from './rate.ts'

/** One limit of one role, as a store is told of it. */
export interface LimitRule extends RateWindow {
  /** What is limited: the resource identifier, or the issuer of an authorization server. */
  readonly scope: string
  /** Which of its limits, such as `principal` or `tool:search`. */
  readonly name: string
}

/** What one key has used of a rule. */
export interface Counted {
  /** In the window of now, this time included; it goes on counting past the limit. */
  readonly used: number
  /** Until the window ends, whole seconds, at least 1. */
  readonly resetSeconds: number
}

/** The counts of one rule. */
export interface LimitCounter {
  /**
   * Counts a key so many times at once. What it rejects with means that the store cannot be
   * reached.
   *
   * @param key Names somebody, in plain text: a store that others can read hashes it.
   */
  count(key: string, times: number): Counted | Promise<Counted>
}

/**
 * Where counts are kept. Whoever shares a store shares the budgets: all replicas of a resource
 * server that are given the same one count together.
 */
export interface LimitStore {
  /** As events name it. */
  readonly name: string
  /** Called once for each rule. Nothing is connected to before something is counted. */
  open(rule: LimitRule): LimitCounter
  /** Does ahead of the first request whatever it needs. @throws where that does not work */
  ready?(): Promise<void>
}
