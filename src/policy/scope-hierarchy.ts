import { ConfigError } from '../errors/index.ts'
import type { ScopeSet } from '../oauth/index.ts'

/** Which scopes include which others. */
export interface ScopeHierarchy {
  /** Whether the granted scopes include `scope`. */
  satisfies(granted: ScopeSet, scope: string): boolean
  /** Returns those of `required` that the granted scopes do not include, in the same order. */
  missing(granted: ScopeSet, required: Iterable<string>): string[]
  /** Returns the fewest of `scopes` that include them all, in the same order. */
  least(scopes: Iterable<string>): string[]
  /** How the granted scopes include `scope`: from a granted one down to it, else `undefined`. */
  explain(granted: ScopeSet, scope: string): readonly string[] | undefined
  /** All scopes that include `scope`, itself first. */
  including(scope: string): readonly string[]
}

/** Scopes that include one scope, each with the next on the way down to it. */
type Including = ReadonlyMap<string, string | undefined>

/**
 * Builds the hierarchy from what each scope implies; it is transitive.
 *
 * `repo:*` includes every scope that begins with `repo:`, where it is a key or a value here.
 * Anywhere else, and with the asterisk inside, it is a scope like any other. A scope that implies
 * a wildcard which covers it (`repo:admin` → `repo:*`) is no cycle.
 *
 * @param prepared Scopes that will be asked for; others cost a walk through the hierarchy.
 * @throws {ConfigError} `ERR_CONFIG_POLICY_CYCLE`
 */
export function createScopeHierarchy(
  implies: ReadonlyMap<string, readonly string[]>,
  prepared: Iterable<string>,
): ScopeHierarchy {
  requireNoCycle(implies)
  const impliedBy = invert(implies)
  const wildcards = [...new Set([...implies.keys(), ...impliedBy.keys()])].filter((scope) =>
    scope.endsWith('*'),
  )
  const known = new Map<string, Including>()
  const including = (scope: string): Including =>
    known.get(scope) ?? walkUp(scope, impliedBy, wildcards)
  for (const scope of prepared) known.set(scope, including(scope))

  const satisfies = (granted: ScopeSet, scope: string): boolean =>
    granted.has(scope) || firstGranted(granted, including(scope)) !== undefined
  return {
    satisfies,
    missing: (granted, required) => [...required].filter((scope) => !satisfies(granted, scope)),
    least: (scopes) => leastOf([...new Set(scopes)], including),
    explain: (granted, scope) => wayDown(granted, including(scope)),
    including: (scope) => [...including(scope).keys()],
  }
}

function firstGranted(granted: ScopeSet, including: Including): string | undefined {
  for (const scope of including.keys()) if (granted.has(scope)) return scope
  return undefined
}

function wayDown(granted: ScopeSet, including: Including): readonly string[] | undefined {
  const way: string[] = []
  let scope = firstGranted(granted, including)
  while (scope !== undefined) {
    way.push(scope)
    scope = including.get(scope)
  }
  return way.length === 0 ? undefined : way
}

/** Breadth first, so that the way down from each scope is a shortest one. */
function walkUp(
  scope: string,
  impliedBy: ReadonlyMap<string, readonly string[]>,
  wildcards: readonly string[],
): Including {
  const including = new Map<string, string | undefined>([[scope, undefined]])
  // A Map is iterated in insertion order, and what is added meanwhile is visited too.
  for (const included of including.keys()) {
    const above = [...(impliedBy.get(included) ?? []), ...wildcards.filter(covers(included))]
    for (const higher of above) if (!including.has(higher)) including.set(higher, included)
  }
  return including
}

function covers(scope: string): (wildcard: string) => boolean {
  return (wildcard) => scope.startsWith(wildcard.slice(0, -1))
}

/** Of scopes that include each other the first stays; of others the highest. */
function leastOf(scopes: readonly string[], includingOf: (scope: string) => Including): string[] {
  const including = new Map(scopes.map((scope) => [scope, includingOf(scope)]))
  const places = new Map(scopes.map((scope, place) => [scope, place]))
  return scopes.filter((scope, place) => {
    for (const higher of including.get(scope)?.keys() ?? []) {
      const higherPlace = places.get(higher)
      if (higher === scope || higherPlace === undefined) continue
      const isEqual = including.get(higher)?.has(scope) === true
      if (!isEqual || higherPlace < place) return false
    }
    return true
  })
}

function invert(implies: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const inverted = new Map<string, string[]>()
  for (const [scope, implied] of implies) {
    for (const lower of implied) {
      const above = inverted.get(lower)
      if (above === undefined) inverted.set(lower, [scope])
      else above.push(scope)
    }
  }
  return inverted
}

function requireNoCycle(implies: ReadonlyMap<string, readonly string[]>): void {
  const finished = new Set<string>()
  for (const start of implies.keys()) {
    const path: string[] = []
    const onPath = new Set<string>()
    const open: (readonly [scope: string, depth: number])[] = [[start, 0]]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [scope, depth] = next
      for (const left of path.splice(depth)) {
        onPath.delete(left)
        finished.add(left)
      }
      if (onPath.has(scope)) {
        const cycle = [...path.slice(path.indexOf(scope)), scope]
        throw new ConfigError('ERR_CONFIG_POLICY_CYCLE', `policy.implies (${cycle.join(' → ')})`)
      }
      if (finished.has(scope)) continue
      path.push(scope)
      onPath.add(scope)
      for (const lower of implies.get(scope) ?? []) open.push([lower, depth + 1])
    }
    for (const left of path) finished.add(left)
  }
}
