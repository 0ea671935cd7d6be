import type { Principal } from '../principal/index.ts'

/**
 * One question about who calls, whatever scopes were granted. Whoever fails one is not to learn
 * that the thing exists.
 */
export interface CallerCheck {
  /** What is looked at, such as `roles`. */
  readonly subject: string
  /** What is needed, in words. */
  readonly needed: string
  /** What the principal has, to show it to an engineer. */
  readonly held: (principal: Principal<unknown>) => readonly unknown[]
  readonly passes: (principal: Principal<unknown>) => boolean
}

/** The tenant is one of `tenants`. */
export function tenantCheck(tenants: readonly string[]): CallerCheck {
  const accepted = new Set(tenants)
  return {
    subject: 'tenant',
    needed: oneOf(tenants),
    held: ({ tenant }) => (tenant === undefined ? [] : [tenant]),
    passes: ({ tenant }) => tenant !== undefined && accepted.has(tenant),
  }
}

/** At least one of `roles`. */
export function roleCheck(roles: readonly string[]): CallerCheck {
  return {
    subject: 'roles',
    needed: oneOf(roles),
    held: (principal) => [...principal.roles],
    passes: (principal) => roles.some((role) => principal.roles.has(role)),
  }
}

/** All of `permissions`. */
export function permissionCheck(permissions: readonly string[]): CallerCheck {
  return {
    subject: 'permissions',
    needed: permissions.length === 1 ? oneOf(permissions) : `all of ${listed(permissions)}`,
    held: (principal) => [...principal.permissions],
    passes: (principal) => permissions.every((one) => principal.permissions.has(one)),
  }
}

/** The claim has one of `values`, or is an array that contains one. */
export function claimCheck(name: string, values: readonly unknown[]): CallerCheck {
  const accepted = new Set(values)
  const held = ({ claims }: Principal<unknown>): readonly unknown[] => {
    const value = claimOf(claims, name)
    if (Array.isArray(value)) return value
    return value === undefined ? [] : [value]
  }
  return {
    subject: `claim ${JSON.stringify(name)}`,
    needed: oneOf(values),
    held,
    passes: (principal) => held(principal).some((value) => accepted.has(value)),
  }
}

/** A user, not a client that acts for itself. */
export const USER_CHECK: CallerCheck = {
  subject: 'kind of caller',
  needed: '"user"',
  held: ({ kind }) => [kind],
  passes: ({ kind }) => kind === 'user',
}

/** The value of an own claim: names such as `constructor` are in no token by themselves. */
function claimOf(claims: unknown, name: string): unknown {
  if (typeof claims !== 'object' || claims === null || !Object.hasOwn(claims, name)) {
    return undefined
  }
  return (claims as Readonly<Record<string, unknown>>)[name]
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? listed(values) : `one of ${listed(values)}`
}

function listed(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(', ')
}
