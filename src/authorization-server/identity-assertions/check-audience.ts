import { type AssertionCheck, failed, passed } from './assertion-check.ts'
import type { AssertionClaims, AssertionFacts } from './assertion-facts.ts'

/**
 * An assertion is for this server alone: one for several could be redeemed here by whoever was given
 * it elsewhere (draft §4.4.1).
 */
export function checkAudience(
  { all: { aud } }: AssertionClaims,
  { ownIssuer }: AssertionFacts,
): AssertionCheck<undefined> {
  const [first, ...others]: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return first === ownIssuer && others.length === 0 ? passed(undefined) : failed('audience')
}
