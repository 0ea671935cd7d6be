import { describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../../src/errors/index.ts'
import { definePolicy, isPolicy, type PolicyOptions } from '../../../src/policy/index.ts'

function expectRefused(options: unknown, code: ErrorCode, subject: string): void {
  expect(() => definePolicy(options as PolicyOptions)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(subject) }),
  )
}

test.each([
  [null, 'policy'],
  [[], 'policy'],
  ['x', 'policy'],
  [new Map(), 'policy'],
  [{ tools: [] }, 'policy.tools'],
  [{ tools: null }, 'policy.tools'],
  [{ tools: { __proto__: { t: 'a' } } }, 'policy.tools'],
  [{ methods: 'x' }, 'policy.methods'],
  [{ implies: [] }, 'policy.implies'],
  [{ implies: { a: 'b' } }, 'policy.implies["a"]'],
  [{ scopes: [] }, 'policy.scopes'],
  [{ scopes: 'a' }, 'policy.scopes'],
  [{ toolNames: [1] }, 'policy.toolNames'],
  [{ unlisted: 'allow' }, 'policy.unlisted'],
  [{ unlisted: null }, 'policy.unlisted'],
])('%j has an option of another type', (options, subject) => {
  expectRefused(options, 'ERR_CONFIG_OPTION_TYPE', subject)
})

test('a misspelt option is refused', () => {
  expectRefused({ tool: {} }, 'ERR_CONFIG_OPTION_UNKNOWN', 'policy.tool')
})

describe('names', () => {
  test.each([
    [{ tools: { '': [] } }, 'policy.tools[""]'],
    [{ resources: { 'note://{': [] } }, 'policy.resources["note://{"]'],
    [{ toolNames: ['a'], tools: { b: [] } }, 'policy.tools["b"]'],
    [{ toolNames: ['a'], tools: { constructor: [] } }, 'policy.tools["constructor"]'],
  ])('of %j are refused', (options, subject) => {
    expectRefused(options, 'ERR_CONFIG_POLICY_NAME', subject)
  })

  test('a pattern needs no declaration, and braces are text in the name of a tool', () => {
    const options = { toolNames: ['a'], tools: { a: [], 'b*': [] }, prompts: { 'x{': [] } } as const
    expect(definePolicy(options).ruleNames('tool')).toEqual(['a', 'b*'])
  })
})

describe('rules', () => {
  test.each([
    [{}, ''],
    [null, ''],
    [undefined, ''],
    [true, ''],
    [Promise.resolve('a'), ''],
    [new Set(['a']), ''],
    [{ scope: 'a' }, '.scope'],
    [{ constructor: 1 }, '.constructor'],
    [{ scopes: [] }, '.scopes'],
    [{ scopes: undefined }, '.scopes'],
    [{ anyScope: 'a' }, '.anyScope'],
    [{ anyScope: [] }, '.anyScope'],
    [{ roles: 'admin' }, '.roles'],
    [{ roles: [] }, '.roles'],
    [{ roles: [''] }, '.roles[0]'],
    [{ permissions: [1] }, '.permissions[0]'],
    [{ tenants: [] }, '.tenants'],
    [{ claims: {} }, '.claims'],
    [{ claims: [] }, '.claims'],
    [{ claims: { a: undefined } }, '.claims["a"]'],
    [{ claims: { a: {} } }, '.claims["a"]'],
    [{ claims: { a: [] } }, '.claims["a"]'],
    [{ claims: { a: [null] } }, '.claims["a"]'],
    [{ claims: { a: Number.NaN } }, '.claims["a"]'],
    [{ allowClients: 'no' }, '.allowClients'],
    [{ acrValues: [] }, '.acrValues'],
    [{ acrValues: ['two words'] }, '.acrValues'],
    [{ acrValues: ['line\nbreak'] }, '.acrValues'],
    [{ maxAgeSeconds: 0 }, '.maxAgeSeconds'],
    [{ maxAgeSeconds: 1.5 }, '.maxAgeSeconds'],
    [{ maxAgeSeconds: '60' }, '.maxAgeSeconds'],
    [{ when: true }, '.when'],
  ])('%o is none', (rule, field) => {
    expectRefused({ tools: { t: rule } }, 'ERR_CONFIG_POLICY_RULE', `policy.tools["t"]${field}`)
  })
})

describe('scopes', () => {
  test.each([
    [{ tools: { t: '' } }, 'policy.tools["t"]'],
    [{ tools: { t: 'two words' } }, 'policy.tools["t"]'],
    [{ tools: { t: ['a', 1] } }, 'policy.tools["t"][1]'],
    [{ tools: { t: [['a']] } }, 'policy.tools["t"][0]'],
    [{ tools: { t: { anyScope: ['"'] } } }, 'policy.tools["t"].anyScope[0]'],
    [{ implies: { 'a b': [] } }, 'policy.implies["a b"]'],
    [{ implies: { a: [null] } }, 'policy.implies["a"][0]'],
    [{ scopes: ['a b'] }, 'policy.scopes'],
    [{ scopes: ['a'], tools: { t: 'b' } }, 'policy.tools["t"]'],
    [{ scopes: ['a'], methods: { ping: { scopes: 'b' } } }, 'policy.methods["ping"].scopes[0]'],
    [{ scopes: ['a'], implies: { b: [] } }, 'policy.implies["b"]'],
    [{ scopes: ['a'], implies: { a: ['b'] } }, 'policy.implies["a"][0]'],
    [{ scopes: ['repo:read'], implies: { 'rpeo:*': [] } }, 'policy.implies["rpeo:*"]'],
    [{ scopes: ['repo:read'], tools: { t: 'repo:*' } }, 'policy.tools["t"]'],
  ])('of %j are refused', (options, subject) => {
    expectRefused(options, 'ERR_CONFIG_POLICY_SCOPE', subject)
  })

  test('a wildcard may stand for declared ones', () => {
    const policy = definePolicy({
      scopes: ['repo:read', 'admin'],
      implies: { admin: ['repo:*'] },
      tools: { t: 'repo:read' },
    })
    expect(policy.missingScopes(new Set(['admin']), ['repo:read'])).toEqual([])
  })
})

test('ties and cycles are refused', () => {
  expectRefused({ tools: { 'a*': [], '*a': [] } }, 'ERR_CONFIG_POLICY_TIE', '"a*" and "*a"')
  expectRefused({ implies: { a: ['b'], b: ['a'] } }, 'ERR_CONFIG_POLICY_CYCLE', 'a → b → a')
})

test('a policy is told from its options', () => {
  expect(isPolicy(definePolicy({}))).toBe(true)
  expect(isPolicy({ tools: { decide: [] } })).toBe(false)
})
