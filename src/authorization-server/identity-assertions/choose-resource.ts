import type { ResourceSettings } from '../options/index.ts'
import { findResource } from '../provider/resource-indicators.ts'
import { type AssertionCheck, failed, passed } from './assertion-check.ts'
import type { AssertionClaims, AssertionFacts } from './assertion-facts.ts'

const MAX_RESOURCES = 20

/**
 * Chooses the one resource of the token. Whatever the assertion names has to be ours, and so has to
 * be what the request names; where both name some, the request chooses among those of the assertion
 * (RFC 8707 §2, draft §4.4.1).
 */
export function chooseResource(
  { all }: AssertionClaims,
  { issuer, resources, requestedResource }: AssertionFacts,
): AssertionCheck<ResourceSettings> {
  const claim = all['resource']
  const named: readonly unknown[] =
    claim === undefined ? [] : Array.isArray(claim) ? claim : [claim]
  if (named.length > MAX_RESOURCES || (claim !== undefined && named.length === 0)) {
    return failed('resource')
  }
  const asserted = named.map((name) => find(name, resources))
  if (asserted.includes(undefined)) return failed('resource')
  const allowed = claim === undefined ? resources : [...new Set(asserted)]
  const chosen =
    requestedResource === undefined ? onlyOne(allowed) : find(requestedResource, resources)
  const isAllowed =
    chosen !== undefined && allowed.includes(chosen) && issuer.resources.has(chosen.identifier)
  return isAllowed ? passed(chosen) : failed('resource')
}

function find(name: unknown, resources: readonly ResourceSettings[]): ResourceSettings | undefined {
  return typeof name === 'string' ? findResource(resources, name) : undefined
}

function onlyOne<T>([first, second]: readonly T[]): T | undefined {
  return second === undefined ? first : undefined
}
