import { describe, expect, test } from 'vitest'
import { type Decision, definePolicy, type PolicyOptions } from '../../../src/policy/index.ts'
import { type CallerFacts, call, caller, decideNow, granted, method, NOW, read } from './caller.ts'

const ALLOW: Decision = { kind: 'allow' }
const HIDDEN: Decision = { kind: 'hidden' }
const FORBIDDEN: Decision = { kind: 'forbidden' }
const scope = (...scopes: readonly string[]): Decision => ({ kind: 'scope', scopes })
const IMPLIES = { 'repo:admin': ['repo:write'], 'repo:write': ['repo:read'] }

/** The decision about the tool `t` under one rule. */
function under(rule: unknown, facts: CallerFacts, args = {}): Decision {
  const policy = definePolicy({ implies: IMPLIES, tools: { t: rule } } as PolicyOptions)
  return decideNow(policy, caller(facts), call('t', args))
}

describe('SEC-321 scopes', () => {
  test.each([
    ['repo:read', ['repo:read'], ALLOW],
    ['repo:read', ['repo:admin'], ALLOW],
    ['repo:write', ['repo:read'], scope('repo:write')],
    [['repo:write', 'notes'], ['repo:write'], scope('repo:write', 'notes')],
    [['repo:read', 'repo:write'], [], scope('repo:write')],
    [{ scopes: 'repo:read' }, [], scope('repo:read')],
    [{ scopes: ['a', 'b'] }, ['b'], scope('a', 'b')],
    [[], [], ALLOW],
    [{ anyScope: ['a', 'b'] }, ['b'], ALLOW],
    [{ anyScope: ['a', 'b'] }, [], scope('a')],
    [{ anyScope: ['repo:read', 'b'] }, ['repo:admin'], ALLOW],
    [{ anyScope: ['a', 'repo:read'], scopes: 'repo:write' }, [], scope('repo:write')],
    [{ anyScope: ['a', 'b'], scopes: 'c' }, ['b'], scope('c', 'b')],
  ])('%j for a caller with %j: %j', (rule, scopes, expected) => {
    expect(under(rule, { scopes })).toEqual(expected)
  })

  test('SEC-334: the same call needs the same scopes each time', () => {
    const policy = definePolicy({ tools: { t: ['b', 'a'] } })
    const decisions = Array.from({ length: 100 }, () => decideNow(policy, granted('a'), call('t')))
    expect(new Set(decisions.map((one) => JSON.stringify(one)))).toEqual(
      new Set(['{"kind":"scope","scopes":["b","a"]}']),
    )
  })
})

describe('what hides an operation', () => {
  const claims = { department: 'sales', groups: ['a', 'b'], level: 3 }
  test.each([
    [{ tenants: ['acme'] }, { tenant: 'acme' }, { tenant: 'evil' }],
    [{ tenants: ['acme'] }, { tenant: 'acme' }, {}],
    [{ roles: ['admin', 'owner'] }, { roles: ['owner'] }, { roles: ['user'] }],
    [{ permissions: ['a', 'b'] }, { permissions: ['a', 'b', 'c'] }, { permissions: ['a'] }],
    [{ claims: { department: 'sales' } }, { claims }, { claims: { department: 'it' } }],
    [{ claims: { groups: ['b', 'c'] } }, { claims }, { claims: { groups: ['a'] } }],
    [{ claims: { level: 3 } }, { claims }, { claims: { level: '3' } }],
    [{ claims: { level: 3, department: ['sales'] } }, { claims }, { claims: { level: 3 } }],
    [{ claims: { constructor: 'x' } }, { claims: { constructor: 'x' } }, { claims: {} }],
    [{ claims: { department: 'sales' } }, { claims }, { claims: 'sales' }],
    [{ claims: { department: 'sales' } }, { claims }, { claims: null }],
    [{ claims: { level: 3 } }, { claims }, { claims: Object.create(claims) as unknown }],
    [{ allowClients: false }, { kind: 'user' }, { kind: 'client' }],
  ] as const)('%j: allowed for %j, hidden for %j', (rule, allowed, hidden) => {
    expect(under(rule, allowed)).toEqual(ALLOW)
    expect(under(rule, hidden)).toEqual(HIDDEN)
  })

  test('comes before scopes', () => {
    expect(under({ roles: ['admin'], scopes: 'a' }, {})).toEqual(HIDDEN)
    expect(under({ roles: ['admin'], scopes: 'a' }, { roles: ['admin'] })).toEqual(scope('a'))
  })

  test('comes before the function of another rule', () => {
    const policy = definePolicy({
      tools: { t: () => Promise.reject(new Error('called')) },
      methods: { 'tools/call': { roles: ['admin'] } },
    })
    expect(decideNow(policy, caller(), call('t'))).toEqual(HIDDEN)
  })

  test('clients may act for themselves unless the rule says otherwise', () => {
    expect(under({ allowClients: true }, { kind: 'client' })).toEqual(ALLOW)
    expect(under([], { kind: 'client' })).toEqual(ALLOW)
  })
})

describe('authentication strength (RFC 9470)', () => {
  const strong = { acrValues: ['gold', 'platinum'], maxAgeSeconds: 300 }
  const needed: Decision = { kind: 'authentication', ...strong }
  test.each([
    [{ acr: 'gold', auth_time: NOW - 300 }, ALLOW],
    [{ acr: 'gold', auth_time: NOW + 300 }, ALLOW],
    [{ acr: 'gold', auth_time: NOW - 301 }, needed],
    [{ acr: 'silver', auth_time: NOW }, needed],
    [{ acr: ['gold'], auth_time: NOW }, needed],
    [{ acr: 'gold' }, needed],
    [{ acr: 'gold', auth_time: `${NOW}` }, needed],
    [{ acr: 'gold', auth_time: NOW * 1000 }, needed],
    [{ acr: 'gold', auth_time: Number.NaN }, needed],
    [{}, needed],
  ])('of %j: %j', (claims, expected) => {
    expect(under(strong, { claims })).toEqual(expected)
  })

  test('each alone', () => {
    expect(under({ acrValues: ['gold'] }, {})).toEqual({
      kind: 'authentication',
      acrValues: ['gold'],
      maxAgeSeconds: undefined,
    })
    expect(under({ maxAgeSeconds: 60 }, {})).toEqual({
      kind: 'authentication',
      acrValues: [],
      maxAgeSeconds: 60,
    })
  })

  test('comes after scopes and before the predicate', () => {
    const rule = { ...strong, scopes: 'a', when: () => false }
    expect(under(rule, {})).toEqual(scope('a'))
    expect(under(rule, { scopes: ['a'] })).toEqual(needed)
  })

  test('of two rules both hold; where they accept nothing in common, nothing helps', () => {
    const rules = { tools: { t: { acrValues: ['a', 'b'], maxAgeSeconds: 60 } } }
    const both = definePolicy({
      ...rules,
      methods: { 'tools/call': { acrValues: ['b', 'c'], maxAgeSeconds: 30 } },
    })
    expect(decideNow(both, caller(), call('t'))).toEqual({
      kind: 'authentication',
      acrValues: ['b'],
      maxAgeSeconds: 30,
    })
    const none = definePolicy({ ...rules, methods: { 'tools/call': { acrValues: ['c'] } } })
    const claims = { acr: 'a', auth_time: NOW }
    expect(decideNow(none, caller({ claims }), call('t'))).toEqual(FORBIDDEN)
  })
})

describe('a function of the arguments', () => {
  const force = ({ force: isForced }: Readonly<Record<string, unknown>>): readonly string[] =>
    isForced === true ? ['repo:write', 'repo:admin'] : ['repo:write']

  test('decides by them, at once', () => {
    expect(under(force, { scopes: ['repo:write'] })).toEqual(ALLOW)
    expect(under(force, { scopes: ['repo:write'] }, { force: true })).toEqual(scope('repo:admin'))
  })

  test('gets the caller, and may return a requirement or a promise', async () => {
    const policy = definePolicy({
      tools: {
        t: async (_args, { subject }) => ({ scopes: ['a'], when: () => subject === 'alice' }),
      },
    })
    expect(await policy.decide(granted('a'), call('t'), NOW)).toEqual(ALLOW)
    expect(await policy.decide(granted(), call('t'), NOW)).toEqual(scope('a'))
    expect(await policy.decide(caller({ kind: 'client', scopes: ['a'] }), call('t'), NOW)).toEqual(
      FORBIDDEN,
    )
  })

  test('a role that it asks for hides the tool', () => {
    expect(under(() => ({ roles: ['admin'], scopes: 'a' }), {})).toEqual(HIDDEN)
  })
})

describe('the rule of the method', () => {
  const policy = definePolicy({
    implies: IMPLIES,
    tools: { '*': 'repo:read' },
    resources: { 'note://{id}': 'notes' },
    prompts: { '*': [] },
    methods: {
      'tools/call': 'repo:write',
      'resources/subscribe': 'watch',
      'completion/*': 'complete',
      'admin/*': 'admin',
      'tools/list': 'list',
    },
  })

  test.each([
    [call('t'), scope('repo:write')],
    [read('note://1'), scope('notes')],
    [read('note://1', 'resources/subscribe'), scope('notes', 'watch')],
    [read('note://1', 'completion/complete'), scope('notes', 'complete')],
    [method('tools/list'), scope('list')],
    [method('admin/reset'), scope('admin')],
    [method('ping'), ALLOW],
    [method('evil/do'), HIDDEN],
  ])('%j: %j', (operation, expected) => {
    expect(decideNow(policy, granted(), operation)).toEqual(expected)
  })

  test('both predicates are asked', () => {
    const asked: string[] = []
    const two = definePolicy({
      tools: { t: { when: () => asked.push('tool') > 0 } },
      methods: { 'tools/call': { when: () => asked.push('method') < 0 } },
    })
    expect(decideNow(two, caller(), call('t'))).toEqual(FORBIDDEN)
    expect(asked).toEqual(['tool', 'method'])
  })
})

describe('what has no rule', () => {
  const operations = [
    call('x'),
    read('note://1'),
    { ...call('x'), kind: 'prompt' as const, method: 'prompts/get' },
    method('x/y'),
  ]
  test.each(operations)('is hidden, or open by `unlisted`: $kind', (operation) => {
    expect(decideNow(definePolicy({}), caller(), operation)).toEqual(HIDDEN)
    expect(decideNow(definePolicy({ unlisted: 'deny' }), caller(), operation)).toEqual(HIDDEN)
    const open = definePolicy({ unlisted: 'authenticated' })
    expect(decideNow(open, caller(), operation)).toEqual(ALLOW)
  })

  test('is still under the rule of its method', () => {
    const open = definePolicy({ unlisted: 'authenticated', methods: { 'tools/call': 'a' } })
    expect(decideNow(open, caller(), call('x'))).toEqual(scope('a'))
  })

  test.each([
    'initialize',
    'ping',
    'server/discover',
    'tools/list',
    'resources/templates/list',
    'notifications/initialized',
    'logging/setLevel',
    'subscriptions/listen',
    'tasks/cancel',
  ])('%s is open', (name) => {
    expect(decideNow(definePolicy({}), caller(), method(name))).toEqual(ALLOW)
  })

  test.each(['tools/call', 'prompts/get', 'resources/read', '__proto__', 'constructor', ''])(
    'the bare method %j is not',
    (name) => {
      expect(decideNow(definePolicy({}), caller(), method(name))).toEqual(HIDDEN)
    },
  )

  test.each(['__proto__', 'constructor', 'toString'])('the tool %s is hidden', (name) => {
    expect(decideNow(definePolicy({ tools: { t: [] } }), caller(), call(name))).toEqual(HIDDEN)
  })
})

test('changing the options afterwards changes nothing', () => {
  const scopes = ['a']
  const tools: Record<string, string[]> = { t: scopes }
  const policy = definePolicy({ tools })
  scopes.length = 0
  tools['u'] = []
  expect(decideNow(policy, caller(), call('t'))).toEqual(scope('a'))
  expect(decideNow(policy, caller(), call('u'))).toEqual(HIDDEN)
})
