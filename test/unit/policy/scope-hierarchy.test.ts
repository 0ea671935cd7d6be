import { describe, expect, test } from 'vitest'
import { createScopeHierarchy, type ScopeHierarchy } from '../../../src/policy/scope-hierarchy.ts'

function hierarchy(implies: Readonly<Record<string, readonly string[]>>): ScopeHierarchy {
  return createScopeHierarchy(new Map(Object.entries(implies)), [])
}

const REPO = hierarchy({ 'repo:admin': ['repo:write'], 'repo:write': ['repo:read'] })

test.each([
  ['repo:admin', 'repo:read', true],
  ['repo:write', 'repo:read', true],
  ['repo:read', 'repo:read', true],
  ['repo:read', 'repo:write', false],
  ['repo:admin', 'repo:other', false],
  ['repo', 'repo:read', false],
  ['other', 'other', true],
  ['repo:*', 'repo:read', false],
  ['*', 'repo:read', false],
])('%s satisfies %s: %s', (token, scope, expected) => {
  expect(REPO.satisfies(new Set([token]), scope)).toBe(expected)
  expect(REPO.missing(new Set([token]), [scope])).toEqual(expected ? [] : [scope])
})

describe('a wildcard', () => {
  test.each([
    [{ 'repo:*': [] }, 'repo:*', 'repo:read', true],
    [{ 'repo:*': [] }, 'repo:*', 'repo:', true],
    [{ 'repo:*': [] }, 'repo:*', 'repo', false],
    [{ 'repo:*': [] }, 'repo:*', 'repository', false],
    [{ 'repo:*': [] }, 'repo:a', 'repo:*', false],
    [{ 'repo:*': [] }, 'repo:*', 'repo:x:*', true],
    [{ 'repo:*': [] }, 'org:*', 'org:read', false],
    [{ admin: ['repo:*'] }, 'admin', 'repo:read', true],
    [{ admin: ['repo:*'] }, 'admin', 'org:read', false],
    [{ admin: ['repo:*'] }, 'repo:*', 'repo:read', true],
    [{ admin: ['*'] }, 'admin', 'anything', true],
    [{ owner: ['admin'], admin: ['repo:*'] }, 'owner', 'repo:read', true],
    [{ 'repo:*': ['audit'] }, 'repo:*', 'audit', true],
    [{ 'repo:*': ['audit'] }, 'repo:read', 'audit', false],
    [{ 'repo:*': [], 'repo:admin': ['audit'] }, 'repo:*', 'audit', true],
    [{ 'repo:*': [], 'repo:admin': ['audit'] }, 'repo:write', 'audit', false],
    [{ 're*po': [] }, 're*po', 'rexpo', false],
    [{ '*:read': [] }, '*:read', 'repo:read', false],
  ])('in %j: %s satisfies %s: %s', (implies, token, scope, expected) => {
    expect(hierarchy(implies).satisfies(new Set([token]), scope)).toBe(expected)
  })
})

describe('least', () => {
  test.each([
    [['repo:read', 'repo:write'], ['repo:write']],
    [
      ['repo:write', 'repo:admin', 'x'],
      ['repo:admin', 'x'],
    ],
    [['x', 'x'], ['x']],
    [[], []],
    [
      ['b', 'a'],
      ['b', 'a'],
    ],
  ])('of %j is %j', (scopes, expected) => {
    expect(REPO.least(scopes)).toEqual(expected)
  })

  test('of scopes that include each other is the first', () => {
    const equal = hierarchy({ 'repo:admin': ['repo:*'] })
    expect(equal.least(['repo:*', 'repo:admin', 'repo:read'])).toEqual(['repo:*'])
    expect(equal.least(['repo:read', 'repo:admin', 'repo:*'])).toEqual(['repo:admin'])
  })
})

test('missing keeps the order of what is required', () => {
  expect(REPO.missing(new Set(['repo:write']), ['z', 'repo:read', 'a'])).toEqual(['z', 'a'])
})

test('explain names the shortest way down', () => {
  expect(REPO.explain(new Set(['repo:admin']), 'repo:read')).toEqual([
    'repo:admin',
    'repo:write',
    'repo:read',
  ])
  expect(REPO.explain(new Set(['repo:read', 'repo:admin']), 'repo:read')).toEqual(['repo:read'])
  expect(REPO.explain(new Set(['x']), 'repo:read')).toBeUndefined()
})

describe('a cycle', () => {
  test.each([
    [{ a: ['a'] }, 'a → a'],
    [{ a: ['b'], b: ['a'] }, 'a → b → a'],
    [{ x: ['a'], a: ['b'], b: ['c'], c: ['a'] }, 'a → b → c → a'],
    [{ 'a:*': ['a:*'] }, 'a:* → a:*'],
  ])('in %j is refused', (implies, path) => {
    expect(() => hierarchy(implies)).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIG_POLICY_CYCLE',
        message: expect.stringContaining(`(${path})`),
      }),
    )
  })

  test('is not where two ways lead to one scope', () => {
    const diamond = hierarchy({ a: ['b', 'c'], b: ['d'], c: ['d'], d: ['e'] })
    expect(diamond.satisfies(new Set(['a']), 'e')).toBe(true)
  })

  test('is not where a scope implies a wildcard that covers it', () => {
    expect(
      hierarchy({ 'repo:admin': ['repo:*'] }).satisfies(new Set(['repo:admin']), 'repo:x'),
    ).toBe(true)
  })

  test('is found at any depth', () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `s${index}`)
    const chain = Object.fromEntries(
      names.map((name, index) => [name, [names[index + 1] ?? 'end']]),
    )
    expect(hierarchy(chain).satisfies(new Set(['s0']), 'end')).toBe(true)
    expect(() => hierarchy({ ...chain, end: ['s0'] })).toThrow('s19999 → end → s0')
  })
})

test.each(['__proto__', 'constructor', 'toString'])('%s is a scope like any other', (scope) => {
  expect(REPO.satisfies(new Set(['repo:admin']), scope)).toBe(false)
  expect(REPO.satisfies(new Set([scope]), scope)).toBe(true)
  expect(REPO.least([scope, 'repo:read'])).toEqual([scope, 'repo:read'])
})
