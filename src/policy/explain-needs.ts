import type { Principal } from '../principal/index.ts'
import { isAcrAccepted, isRecent } from './authentication.ts'
import { quote, quoteAll } from './format-explanation.ts'
import type { ParsedPolicy } from './parse-policy.ts'
import type { Needs } from './parse-rule.ts'
import type { ScopeHierarchy } from './scope-hierarchy.ts'

/** One line of an explanation. */
export interface ExplainedCheck {
  /** What was checked, such as `rule`, `scope` or `roles`. */
  readonly check: string
  /** `undefined` where it was not asked, since something else decided before. */
  readonly passed: boolean | undefined
  /** What was needed, and what the caller has. */
  readonly detail: string
  readonly children: readonly ExplainedCheck[]
}

/** A check that has none below it. */
export function leaf(check: string, passed: boolean | undefined, detail: string): ExplainedCheck {
  return { check, passed, detail, children: [] }
}

/** Explains all that can be said of a rule without asking its functions. */
export function whyNeeds(
  { hierarchy }: ParsedPolicy,
  principal: Principal<unknown>,
  needs: Needs,
  now: number,
): readonly ExplainedCheck[] {
  const checks = [
    ...needs.caller.map(({ subject, needed, held, passes }) =>
      leaf(
        subject,
        passes(principal),
        `needs ${needed}; the caller has ${quoteAll(held(principal))}`,
      ),
    ),
    ...needs.scopes.map((scope) => whyScope(hierarchy, principal, scope)),
    ...whyAnyScope(hierarchy, principal, needs.anyScope),
    ...whyStrength(needs, principal, now),
  ]
  if (checks.length > 0 || needs.when !== undefined) return checks
  return [leaf('caller', true, 'any authenticated caller')]
}

function whyScope(
  hierarchy: ScopeHierarchy,
  { scopes: granted }: Principal<unknown>,
  scope: string,
): ExplainedCheck {
  const way = hierarchy.explain(granted, scope)
  if (way === undefined) {
    const [, ...higher] = hierarchy.including(scope)
    const otherwise = higher.length === 0 ? '' : `; included in ${quoteAll(higher)}`
    return leaf('scope', false, `${quote(scope)} is not granted${otherwise}`)
  }
  const [first = scope, ...others] = way
  if (others.length === 0) return leaf('scope', true, `${quote(scope)} is granted`)
  const through = way.map(quote).join(' → ')
  return leaf('scope', true, `${quote(first)} is granted, and includes it: ${through}`)
}

function whyAnyScope(
  hierarchy: ScopeHierarchy,
  principal: Principal<unknown>,
  alternatives: readonly string[],
): readonly ExplainedCheck[] {
  if (alternatives.length === 0) return []
  const children = alternatives.map((scope) => whyScope(hierarchy, principal, scope))
  const passed = children.some((child) => child.passed === true)
  return [{ check: 'any scope', passed, detail: 'needs one of these', children }]
}

function whyStrength(
  { strength }: Needs,
  principal: Principal<unknown>,
  now: number,
): readonly ExplainedCheck[] {
  if (strength === undefined) return []
  const checks: ExplainedCheck[] = []
  const { acrValues, maxAgeSeconds } = strength
  const { acr, authTime } = principal
  if (acrValues !== undefined) {
    const detail = `needs one of ${quoteAll(acrValues)}; the caller has ${quoteAll(acr === undefined ? [] : [acr])}`
    checks.push(leaf('acr', isAcrAccepted(strength, principal), detail))
  }
  if (maxAgeSeconds !== undefined) {
    const age = `needs a sign-in of the last ${maxAgeSeconds} s; auth_time is ${quoteAll(authTime === undefined ? [] : [authTime])}`
    const detail = Number.isNaN(now) ? `${age}, and no time was given` : `${age}, now is ${now}`
    checks.push(leaf('sign-in age', isRecent(strength, principal, now), detail))
  }
  return checks
}
