import { type AssertionCheck, failed, passed } from './assertion-check.ts'
import type { AssertionClaims, AssertionFacts } from './assertion-facts.ts'

/** An assertion is good for the client that it was issued to, and that its issuer may let in. */
export function checkClient(
  { all }: AssertionClaims,
  { clientId, issuer }: AssertionFacts,
): AssertionCheck<undefined> {
  const isAllowed = issuer.clients?.has(clientId) ?? true
  return all['client_id'] === clientId && isAllowed ? passed(undefined) : failed('client')
}
