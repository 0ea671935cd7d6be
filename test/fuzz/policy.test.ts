import { describe, expect, test } from 'vitest'
import type { Operation } from '../../src/mcp/index.ts'
import { definePolicy, type PolicyOptions } from '../../src/policy/index.ts'
import { matchesName, overlap, parseGlob, parseUriTemplate } from '../../src/policy/name-pattern.ts'
import { createScopeHierarchy } from '../../src/policy/scope-hierarchy.ts'
import { caller, NOW } from '../unit/policy/caller.ts'
import * as fc from './fast-check.ts'
import { RUNS } from './runs.ts'

const KINDS = ['allow', 'scope', 'authentication', 'hidden', 'forbidden', 'failed']

const scope = fc.constantFrom('a', 'b', 'c:x', 'c:y', 'c:*', 'd', '*')
const name = fc.constantFrom('t', 'u', 'admin_x', 'note://1', 'ping', '__proto__', 'constructor')
const requirement = fc.record(
  {
    scopes: fc.array(scope, { minLength: 1, maxLength: 3 }),
    anyScope: fc.array(scope, { minLength: 1, maxLength: 3 }),
    roles: fc.constant(['r']),
    claims: fc.constant({ x: [1, 'y'] }),
    tenants: fc.constant(['acme']),
    allowClients: fc.boolean(),
    acrValues: fc.constantFrom(['gold'], ['gold', 'silver'], ['bronze']),
    maxAgeSeconds: fc.constantFrom(1, 60),
    when: fc.func(fc.oneof(fc.boolean(), fc.constant(Promise.resolve(true)), fc.anything())),
  },
  { requiredKeys: [] },
)
const staticRule = fc.oneof(
  scope,
  fc.array(scope, { maxLength: 3 }),
  requirement.filter((one) => Object.keys(one).length > 0),
)
const rule = fc.oneof(
  staticRule,
  fc.func(
    fc.oneof(
      staticRule,
      staticRule.map(async (one) => one),
      fc.anything(),
    ),
  ),
)
const table = fc.dictionary(fc.oneof(name, fc.constantFrom('*', 'admin_*')), rule, { maxKeys: 5 })
const options = fc.record(
  {
    tools: table,
    resources: table,
    prompts: table,
    methods: table,
    unlisted: fc.constantFrom('deny', 'authenticated'),
    implies: fc.constantFrom({ a: ['b'] }, { d: ['c:*'], a: ['d'] }, { '*': [] }),
  },
  { requiredKeys: [] },
)
const principal = fc
  .record({
    kind: fc.constantFrom('user' as const, 'client' as const),
    scopes: fc.array(scope, { maxLength: 4 }),
    roles: fc.array(fc.constantFrom('r', 's')),
    tenant: fc.constantFrom('acme', 'evil'),
    claims: fc.oneof(
      fc.anything(),
      fc.record({
        x: fc.constantFrom(1, 'y', ['y'], null),
        acr: fc.constantFrom('gold', 'bronze'),
        auth_time: fc.constantFrom(NOW, NOW - 30, NOW - 90, 'x'),
      }),
    ),
  })
  .map(caller)

describe('a policy', () => {
  test('decides about every operation without a throw, and explains the same decision', async () => {
    await fc.assert(
      fc.asyncProperty(
        options,
        principal,
        fc.constantFrom('tool' as const, 'resource' as const, 'prompt' as const, 'method' as const),
        fc.oneof(
          name,
          fc.string().filter((text) => !text.includes('*')),
        ),
        async (given, who, kind, called) => {
          const policy = definePolicy(given as PolicyOptions)
          const { [kind]: method = called } = CALLS
          const operation: Operation = {
            kind,
            name: called,
            method,
            args: {},
            requestId: undefined,
          }
          const decision = await policy.decide(who, operation, NOW)
          expect(KINDS).toContain(decision.kind)
          const { decision: explained } = await policy.explain(who, explainable(kind, called), NOW)
          expect(explained).toEqual(decision)
          const isListed = kind === 'method' || policy.isListed(who, kind, called)
          expect(decision.kind === 'allow' && !isListed).toBe(false)
        },
      ),
      RUNS,
    )
  })

  test('lets no operation of any shape throw', () => {
    const policy = definePolicy({ tools: { '*a*': 'a' }, resources: { 'x://{id}*': [] } })
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (kind, called, args) => {
        const operation = { kind, name: called, method: called, args, requestId: 1 } as Operation
        expect(KINDS).toContain((policy.decide(caller(), operation, NOW) as { kind: string }).kind)
      }),
      RUNS,
    )
  })
})

const CALLS: Readonly<Record<string, string>> = {
  tool: 'tools/call',
  resource: 'resources/read',
  prompt: 'prompts/get',
}

function explainable(kind: string, called: string): { readonly tool: string } {
  return { [kind]: called } as unknown as { readonly tool: string }
}

describe('a hierarchy', () => {
  // Edges go from earlier to later scopes, so that there are no cycles.
  const SCOPES = ['a', 'c:*', 'b', 'c:x', 'd', 'c:y:*', 'c:y:z', 'e']
  const implies = fc
    .array(fc.tuple(fc.nat(SCOPES.length - 1), fc.nat(SCOPES.length - 1)), { maxLength: 10 })
    .map((edges) => {
      const map = new Map<string, string[]>()
      for (const [one, other] of edges) {
        if (one >= other) continue
        const [from = '', to = ''] = [SCOPES[one], SCOPES[other]]
        map.set(from, [...(map.get(from) ?? []), to])
      }
      return map
    })
  const some = fc.array(fc.constantFrom(...SCOPES), { maxLength: 8 })

  /** All scopes that a grant includes, by repeating the definition until nothing is new. */
  function closure(map: ReadonlyMap<string, readonly string[]>, from: readonly string[]): string[] {
    const active = new Set([...map].flat(2))
    const reached = new Set(from)
    for (let size = -1; size !== reached.size; ) {
      size = reached.size
      for (const one of reached) {
        const isWildcard = one.endsWith('*') && active.has(one)
        const covered = SCOPES.filter((to) => isWildcard && to.startsWith(one.slice(0, -1)))
        for (const to of [...covered, ...(map.get(one) ?? [])]) reached.add(to)
      }
    }
    return [...reached].toSorted()
  }

  test('grants what its definition says, and reduces to the fewest that grant the same', () => {
    fc.assert(
      fc.property(implies, some, (map, scopes) => {
        const hierarchy = createScopeHierarchy(map, scopes.slice(0, 2))
        const granted = new Set(scopes)
        const all = closure(map, scopes)
        expect(SCOPES.filter((one) => hierarchy.satisfies(granted, one)).toSorted()).toEqual(all)
        const least = hierarchy.least(scopes)
        expect(closure(map, least)).toEqual(all)
        for (const left of least) {
          expect(
            closure(
              map,
              least.filter((one) => one !== left),
            ),
          ).not.toEqual(all)
        }
        for (const one of SCOPES) {
          const way = hierarchy.explain(granted, one) ?? []
          const ends = [granted.has(way[0] ?? ''), way.at(-1)]
          expect(ends).toEqual(all.includes(one) ? [true, one] : [false, undefined])
        }
      }),
      RUNS,
    )
  })
})

describe('a pattern', () => {
  const glob = fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 7 }).map((one) => one.join(''))
  const template = fc
    .array(fc.constantFrom('a', '/', '*', '{x}', '{+x}', '{y}'), { maxLength: 6 })
    .map((parts) => parts.join(''))
  const text = fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 8 }).map((one) => one.join(''))

  /** The definition, character by character, with backtracking. */
  function reference(pattern: string, value: string): boolean {
    if (pattern === '') return value === ''
    const [, part = '', rest = ''] = /^(\{[^}]*\}|.)(.*)$/s.exec(pattern) ?? []
    const isAny = part === '*' || part === '{+x}'
    const isSegment = part.startsWith('{') && !isAny
    if (!isAny && !isSegment) return value.startsWith(part) && reference(rest, value.slice(1))
    for (let length = isAny ? 0 : 1; length <= value.length; length += 1) {
      if (isSegment && value.slice(0, length).includes('/')) return false
      if (reference(rest, value.slice(length))) return true
    }
    return false
  }

  test('matches what its definition says', () => {
    fc.assert(
      fc.property(glob, text, (key, value) => {
        expect(matchesName(parseGlob(key), value)).toBe(reference(key, value))
      }),
      RUNS,
    )
    fc.assert(
      fc.property(template, text, (key, value) => {
        const pattern = parseUriTemplate(key)
        expect(pattern !== undefined && matchesName(pattern, value)).toBe(reference(key, value))
      }),
      RUNS,
    )
  })

  test('overlaps another wherever one text matches both', () => {
    const texts = ['']
    for (const one of texts) {
      if (one.length < 6) texts.push(...['a', 'b', '/'].map((character) => one + character))
    }
    fc.assert(
      fc.property(
        fc.constantFrom('a', 'a*', '*a', 'a*b', '*', 'b/{x}', '{x}', '{x}/b', '{+x}a', 'a{x}b'),
        fc.constantFrom('b', 'b*', '*b', 'b*a', '*a*', '{x}/a', 'b{x}', '{+x}b', '{x}{y}'),
        (one, other) => {
          const [left, right] = [parseUriTemplate(one), parseUriTemplate(other)]
          if (left === undefined || right === undefined) throw new Error('no template')
          const isShared = texts.some((value) => reference(one, value) && reference(other, value))
          expect(overlap(left, right)).toBe(isShared)
        },
      ),
    )
  })
})
