import type { Verdict } from './counter.ts'

/** A limit that somebody has reached. */
export interface Exceeded {
  /** Which, for the event. */
  readonly rule: string
  /** `Retry-After`, in seconds. */
  readonly retryAfterSeconds: number
  /** Fields of the answer, `Retry-After` among them. */
  readonly headers: Readonly<Record<string, string>>
}

/** The verdicts as the limit that takes longest to be over, or `undefined` where none is reached. */
export function exceededOf(verdicts: readonly Verdict[]): Exceeded | undefined {
  const reached = verdicts.filter(({ isExceeded }) => isExceeded)
  if (reached.length === 0) return undefined
  const longest = reached.reduce((one, other) =>
    other.resetSeconds > one.resetSeconds ? other : one,
  )
  return {
    rule: longest.rule.name,
    retryAfterSeconds: longest.resetSeconds,
    headers: { 'Retry-After': String(longest.resetSeconds), ...rateFields([longest]) },
  }
}

/**
 * What is left, for clients that want to stay within it.
 *
 * @see draft-ietf-httpapi-ratelimit-headers-10 §3 and §4
 */
export function rateFields(verdicts: readonly Verdict[]): Readonly<Record<string, string>> {
  if (verdicts.length === 0) return {}
  const policies = verdicts.map(
    ({ rule: { name, limit, windowSeconds } }) => `"${name}";q=${limit};w=${windowSeconds}`,
  )
  const states = verdicts.map(
    ({ rule: { name }, remaining, resetSeconds }) => `"${name}";r=${remaining};t=${resetSeconds}`,
  )
  return { 'RateLimit-Policy': policies.join(', '), RateLimit: states.join(', ') }
}
