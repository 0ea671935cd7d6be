import { type AssertionCheck, failed, passed } from './assertion-check.ts'
import type { AssertionClaims, AssertionFacts } from './assertion-facts.ts'

/** How far the clocks of the two sides may differ, in seconds. */
export const LEEWAY_SECONDS = 30

/** An assertion is short lived, and good now (RFC 7523 §3). */
export function checkLifetime(
  { iat, exp, all: { nbf } }: AssertionClaims,
  { now, maxLifetimeSeconds }: AssertionFacts,
): AssertionCheck<undefined> {
  const begins = nbf === undefined ? iat : nbf
  const isGood =
    typeof begins === 'number' &&
    now < exp + LEEWAY_SECONDS &&
    iat <= now + LEEWAY_SECONDS &&
    begins <= now + LEEWAY_SECONDS &&
    exp > iat &&
    exp - iat <= maxLifetimeSeconds
  return isGood ? passed(undefined) : failed('lifetime')
}
