import type { ExplainedOperation, Policy, Principal, UserPrincipal } from 'mcp-gatehouse'
import { expect } from 'vitest'

/** Alice, without any rights but these. */
export function principal(facts: Partial<UserPrincipal> = {}): UserPrincipal {
  return {
    kind: 'user',
    subject: 'alice',
    clientId: 'editor',
    id: 'alice',
    issuer: 'https://id.example.com/realms/acme',
    tenant: undefined,
    scopes: new Set(),
    roles: new Set(),
    permissions: new Set(),
    acr: undefined,
    authTime: undefined,
    claims: {},
    ...facts,
  }
}

export function granted(...scopes: readonly string[]): UserPrincipal {
  return principal({ scopes: new Set(scopes) })
}

/** Who asks for what, and what is decided: the scopes that are needed, else the kind. */
export type Case = readonly [caller: Principal, what: ExplainedOperation, decision: string]

/** @param now Seconds since the epoch. */
export async function expectDecisions(
  policy: Policy,
  cases: readonly Case[],
  now?: number,
): Promise<void> {
  const decided = cases.map(async ([caller, what]) => {
    const { decision } = await policy.explain(caller, what, now)
    return decision.kind === 'scope' ? decision.scopes.join(' ') : decision.kind
  })
  expect(await Promise.all(decided)).toEqual(cases.map(([, , decision]) => decision))
}
