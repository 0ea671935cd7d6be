import type { Operation } from '../../../src/mcp/index.ts'
import type { Decision, Policy } from '../../../src/policy/index.ts'
import type { Principal } from '../../../src/principal/index.ts'

/** Seconds since the epoch, of every decision in these tests. */
export const NOW = 1_800_000_000

/** What a test says of its caller. */
export interface CallerFacts {
  readonly kind?: 'user' | 'client'
  readonly scopes?: readonly string[]
  readonly roles?: readonly string[]
  readonly permissions?: readonly string[]
  readonly tenant?: string
  readonly claims?: unknown
}

export function caller(facts: CallerFacts = {}): Principal<unknown> {
  const { kind = 'user', scopes = [], roles = [], permissions = [], tenant, claims = {} } = facts
  const shared = {
    id: 'id',
    issuer: 'https://id.example.com',
    tenant,
    scopes: new Set(scopes),
    roles: new Set(roles),
    permissions: new Set(permissions),
    ...signIn(claims),
    claims,
  }
  return kind === 'user'
    ? { kind, subject: 'alice', clientId: 'cursor', ...shared }
    : { kind, subject: undefined, clientId: 'cron', ...shared }
}

export function granted(...scopes: readonly string[]): Principal<unknown> {
  return caller({ scopes })
}

export function call(name: string, args: Readonly<Record<string, unknown>> = {}): Operation {
  return { kind: 'tool', method: 'tools/call', name, args, requestId: 1 }
}

export function read(name: string, by = 'resources/read'): Operation {
  return { kind: 'resource', method: by, name, args: {}, requestId: 1 }
}

export function method(name: string): Operation {
  return { kind: 'method', method: name, name, args: {}, requestId: 1 }
}

/** Decides at {@link NOW}; fails where the decision is a promise. */
export function decideNow(
  policy: Policy,
  principal: Principal<unknown>,
  operation: Operation,
): Decision {
  const decision = policy.decide(principal, operation, NOW)
  if (decision instanceof Promise) throw new Error('the decision is a promise')
  return decision
}

/** As a principal is built: of the claims that a token has itself, where they have their types. */
function signIn(claims: unknown): Pick<Principal<unknown>, 'acr' | 'authTime'> {
  const { acr, auth_time: authTime } = { ...(claims as { acr?: unknown; auth_time?: unknown }) }
  return {
    acr: typeof acr === 'string' ? acr : undefined,
    authTime: typeof authTime === 'number' ? authTime : undefined,
  }
}
