import type { ResourceSettings } from '../options/index.ts'
import { type AssertionCheck, passed } from './assertion-check.ts'
import type { AssertionClaims, AssertionFacts } from './assertion-facts.ts'
import { checkAudience } from './check-audience.ts'
import { checkClient } from './check-client.ts'
import { checkLifetime } from './check-lifetime.ts'
import { checkRestrictions } from './check-restrictions.ts'
import { checkTenant } from './check-tenant.ts'
import { chooseResource } from './choose-resource.ts'
import { chooseScopes } from './choose-scopes.ts'

/** What an assertion is good for. */
export interface AssertedAccess {
  readonly resource: ResourceSettings
  readonly scopes: readonly string[]
  /** The key that the request has to prove. */
  readonly boundTo: string | undefined
}

/**
 * Judges an authentic assertion: the ordered list of the rules, without I/O. Who may redeem it is
 * looked at before what it says.
 *
 * @see draft-ietf-oauth-identity-assertion-authz-grant §4.4.1, RFC 7521 §5.2, RFC 7523 §3
 */
export function checkAssertion(
  claims: AssertionClaims,
  facts: AssertionFacts,
): AssertionCheck<AssertedAccess> {
  for (const check of [checkAudience, checkClient, checkLifetime, checkTenant]) {
    const outcome = check(claims, facts)
    if (!outcome.ok) return outcome
  }
  const restrictions = checkRestrictions(claims)
  if (!restrictions.ok) return restrictions
  const resource = chooseResource(claims, facts)
  if (!resource.ok) return resource
  const scopes = chooseScopes(claims, facts, resource.value)
  if (!scopes.ok) return scopes
  return passed({ resource: resource.value, scopes: scopes.value, boundTo: restrictions.value })
}
