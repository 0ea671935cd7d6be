import { type AssertionCheck, failed, passed } from './assertion-check.ts'
import type { AssertionClaims, AssertionFacts } from './assertion-facts.ts'

/** Subjects of an issuer with several organizations are unique within one of them (draft §6.3). */
export function checkTenant(
  { all: { tenant } }: AssertionClaims,
  { issuer }: AssertionFacts,
): AssertionCheck<undefined> {
  return tenant === issuer.tenant ? passed(undefined) : failed('tenant')
}
