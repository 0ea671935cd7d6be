import { isScopeToken } from '../../oauth/index.ts'
import type { ResourceSettings } from '../options/index.ts'
import { type AssertionCheck, failed, passed } from './assertion-check.ts'
import type { AssertionClaims, AssertionFacts } from './assertion-facts.ts'

const MAX_SCOPES = 100

/**
 * Chooses the scopes: those that were requested, the assertion has and the resource knows. A request
 * that names none is for all that the assertion has.
 */
export function chooseScopes(
  { all }: AssertionClaims,
  { issuer, requestedScope }: AssertionFacts,
  resource: ResourceSettings,
): AssertionCheck<readonly string[]> {
  const claim = all['scope']
  const asserted = claim === undefined ? issuer.defaultScopes : readScope(claim)
  const requested = requestedScope === undefined ? asserted : readScope(requestedScope)
  if (asserted === undefined || requested === undefined) return failed('scope')
  const chosen = resource.scopes.filter(
    (scope) => asserted.includes(scope) && requested.includes(scope),
  )
  const isEmptied = chosen.length === 0 && (asserted.length > 0 || requested.length > 0)
  return isEmptied ? failed('scope') : passed(chosen)
}

/** RFC 6749 §3.3; `undefined` for what is no scope. */
function readScope(value: unknown): readonly string[] | undefined {
  if (typeof value !== 'string') return undefined
  const names = value.split(' ').filter(Boolean)
  return names.length <= MAX_SCOPES && names.every(isScopeToken) ? names : undefined
}
