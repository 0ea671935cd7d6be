import type { Principal } from '../principal/index.ts'

/** How, and how recently, the user must have signed in (RFC 9470). */
export interface AuthenticationStrength {
  /** Accepted values of `acr`; `undefined` is any. Empty where two rules accept none in common. */
  readonly acrValues: readonly string[] | undefined
  readonly maxAgeSeconds: number | undefined
}

/**
 * The widest difference of clocks that is tolerated anywhere. An `auth_time` beyond it is no time
 * in seconds, and must not count as a sign-in that stays recent for ever.
 */
const CLOCK_DIFFERENCE_SECONDS = 300

/** What satisfies all of `strengths`. */
export function combineStrengths(
  strengths: readonly AuthenticationStrength[],
): AuthenticationStrength {
  return strengths.reduce(
    (one, other) => ({
      acrValues: intersect(one.acrValues, other.acrValues),
      maxAgeSeconds: smaller(one.maxAgeSeconds, other.maxAgeSeconds),
    }),
    { acrValues: undefined, maxAgeSeconds: undefined },
  )
}

function intersect(
  one: readonly string[] | undefined,
  other: readonly string[] | undefined,
): readonly string[] | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return one.filter((value) => other.includes(value))
}

function smaller(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return Math.min(one, other)
}

/** Whether the user signed in in an accepted way. */
export function isAcrAccepted(
  { acrValues }: AuthenticationStrength,
  { acr }: Principal<unknown>,
): boolean {
  if (acrValues === undefined) return true
  return acr !== undefined && acrValues.includes(acr)
}

/** Whether the sign-in is recent enough; `now` in seconds since the epoch. */
export function isRecent(
  { maxAgeSeconds }: AuthenticationStrength,
  { authTime }: Principal<unknown>,
  now: number,
): boolean {
  if (maxAgeSeconds === undefined) return true
  if (authTime === undefined) return false
  const age = now - authTime
  return age <= maxAgeSeconds && age >= -CLOCK_DIFFERENCE_SECONDS
}
