import { describe, expect, test, vi } from 'vitest'
import { definePolicy } from '../../../src/policy/index.ts'
import { type CallerFacts, caller } from './caller.ts'

const ask = vi.fn<() => never>(() => {
  throw new Error('called')
})
const policy = definePolicy({
  implies: { admin: ['read'] },
  tools: {
    open: [],
    read: 'read',
    any: { anyScope: ['x', 'read'] },
    role: { roles: ['boss'] },
    strong: { acrValues: ['gold'], maxAgeSeconds: 1 },
    depends: ask,
    asks: { when: ask },
    asksReader: { scopes: 'read', when: ask },
    'admin_*': 'admin',
  },
  resources: { 'note://{id}': 'read', 'note://{+path}': 'admin' },
  prompts: { hello: [] },
  methods: { 'prompts/get': 'prompting' },
})

function shown(facts: CallerFacts, names: readonly string[]): readonly string[] {
  return names.filter((name) => policy.isListed(caller(facts), 'tool', name))
}

describe('with lists: obtainable', () => {
  const obtainable = definePolicy({
    lists: 'obtainable',
    tools: { write: 'write', close_books: { roles: ['cfo'], scopes: 'books' } },
    resources: { 'note://{id}': 'read' },
  })
  const reader = caller({ scopes: ['read'] })

  test('what only lacks scopes is listed, but not usable', () => {
    expect(obtainable.isListed(reader, 'tool', 'write')).toBe(true)
    expect(obtainable.isUsable(reader, 'tool', 'write')).toBe(false)
    expect(obtainable.isUsable(reader, 'resource', 'note://1')).toBe(true)
  })

  test.each(['close_books', 'unknown'])('%s stays hidden', (name) => {
    expect(obtainable.isListed(reader, 'tool', name)).toBe(false)
  })

  test('another value is refused', () => {
    // @ts-expect-error -- as from JavaScript
    expect(() => definePolicy({ lists: 'all' })).toThrow("policy.lists ('usable' or 'obtainable')")
  })
})

describe('a list shows', () => {
  const names = [
    'open',
    'read',
    'any',
    'role',
    'strong',
    'depends',
    'asks',
    'asksReader',
    'admin_x',
  ]

  test.each([
    [{}, ['open', 'strong', 'depends', 'asks']],
    [{ scopes: ['read'] }, ['open', 'read', 'any', 'strong', 'depends', 'asks', 'asksReader']],
    [{ scopes: ['admin'], roles: ['boss'] }, names],
  ])('to %j: %j', (facts, expected) => {
    expect(shown(facts, [...names, 'unknown', '__proto__', 'constructor'])).toEqual(expected)
    expect(ask).not.toHaveBeenCalled()
  })

  test('a resource template by its key, else as a text', () => {
    const reader = caller({ scopes: ['read'] })
    const isListed = (name: string): boolean => policy.isListed(reader, 'resource', name)
    expect(isListed('note://{id}')).toBe(true)
    expect(isListed('note://{other}')).toBe(true)
    expect(isListed('note://{+path}')).toBe(false)
    expect(isListed('note://1')).toBe(true)
    expect(isListed('note://1/2')).toBe(false)
    expect(isListed('file:///etc/passwd')).toBe(false)
  })

  test('nothing whose method is out of reach', () => {
    expect(policy.isListed(caller(), 'prompt', 'hello')).toBe(false)
    expect(policy.isListed(caller({ scopes: ['prompting'] }), 'prompt', 'hello')).toBe(true)
  })

  test('what has no rule only where `unlisted` opens it', () => {
    const open = definePolicy({ unlisted: 'authenticated' })
    expect(open.isListed(caller(), 'tool', 'anything')).toBe(true)
    expect(definePolicy({}).isListed(caller(), 'tool', 'anything')).toBe(false)
  })

  test('nothing that cannot be decided', () => {
    const claims = new Proxy({}, { getOwnPropertyDescriptor: ask })
    const strict = definePolicy({ tools: { t: { claims: { a: 1 } } } })
    expect(strict.isListed(caller({ claims }), 'tool', 't')).toBe(false)
  })
})

test('rules are found by name for those who compare them with what is registered', () => {
  expect(policy.ruleNames('prompt')).toEqual(['hello'])
  expect(policy.ruleNames('method')).toEqual(['prompts/get'])
  expect(policy.hasRule('tool', 'admin_x')).toBe(true)
  expect(policy.ruleFor('tool', 'admin_x')).toBe('admin_*')
  expect(policy.hasRule('tool', 'constructor')).toBe(false)
  expect(policy.ruleFor('tool', 'constructor')).toBeUndefined()
})

test('missing and least scopes follow the hierarchy', () => {
  expect(policy.missingScopes(new Set(['admin']), ['read', 'x'])).toEqual(['x'])
  expect(policy.leastScopes(['read', 'admin', 'x'])).toEqual(['admin', 'x'])
})
