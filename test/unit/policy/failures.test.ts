import { describe, expect, test } from 'vitest'
import { type Decision, definePolicy, type PolicyOptions } from '../../../src/policy/index.ts'
import { type CallerFacts, call, caller, decideNow, NOW } from './caller.ts'

/** The decision about the tool `t` under one rule. */
function under(rule: unknown, facts: CallerFacts, options: PolicyOptions = {}): Decision {
  const policy = definePolicy({ ...options, tools: { t: rule } } as PolicyOptions)
  return decideNow(policy, caller(facts), call('t'))
}

const ANY_ERROR: unknown = expect.any(Error)
const NO_RULES = [
  undefined,
  null,
  true,
  false,
  0,
  1,
  '',
  'two words',
  {},
  { scope: 'a' },
  { scopes: [] },
  { scopes: undefined },
  { __proto__: { scopes: ['a'] } },
  [undefined],
  [['a']],
  // oxlint-disable-next-line no-sparse-arrays -- what a mistake can make
  [, 'a'],
  new Map(),
  new Set(['a']),
  Symbol('a'),
  () => 'a',
  /a/,
]

describe('SEC-327 a function that fails lets nobody in', () => {
  const everything = { scopes: ['a', 'two', 'words'] }

  test.each(NO_RULES.map((value) => [value]))('returning %o', async (value) => {
    expect(under(() => value, everything)).toMatchObject({ kind: 'failed' })
    const policy = definePolicy({ tools: { t: (async () => value) as () => never } })
    const decision = await policy.decide(caller(everything), call('t'), NOW)
    expect(decision).toMatchObject({ kind: 'failed', error: expect.any(Error) })
  })

  test.each([new Error('why'), 'text', undefined, null])('throwing %o', async (reason) => {
    const fail = (): never => {
      throw reason
    }
    const rules = [fail, () => Promise.reject(reason), { when: fail }]
    for (const t of [...rules, { when: () => Promise.reject(reason) }]) {
      const decision = await definePolicy({ tools: { t } }).decide(caller(), call('t'), NOW)
      const error = reason instanceof Error ? reason : ANY_ERROR
      expect(decision).toEqual({ kind: 'failed', error })
    }
  })

  test('says which rule it was, and keeps what was thrown', () => {
    expect(under(() => undefined, {})).toMatchObject({
      error: { code: 'ERR_CONFIG_POLICY_RULE', message: expect.stringContaining('tools["t"]()') },
    })
    const thrown = under(() => {
      throw 'text'
    }, {})
    expect(thrown).toMatchObject({
      error: { message: expect.stringContaining('tools["t"]()'), cause: 'text' },
    })
  })

  test('two that fail leave no rejection unhandled', async () => {
    const policy = definePolicy({
      tools: { t: () => Promise.reject(new Error('first')) },
      methods: {
        'tools/call': () => {
          throw new Error('second')
        },
      },
    })
    const decision = await policy.decide(caller(), call('t'), NOW)
    expect(decision).toEqual({ kind: 'failed', error: new Error('first') })
  })

  test('an undeclared scope', () => {
    expect(under(() => 'b', everything, { scopes: ['a', 'c'] })).toMatchObject({
      error: { code: 'ERR_CONFIG_POLICY_SCOPE' },
    })
  })

  test.each([undefined, null, 1, 0, 'true', {}, [], JSON.parse('{"then":1}')])(
    '`when` answering %o',
    (answer) => {
      expect(under({ when: () => answer }, {})).toMatchObject({ kind: 'failed' })
    },
  )

  test('a promise of `when` is no answer by itself', async () => {
    const policy = definePolicy({ tools: { t: { when: async () => false } } })
    expect(await policy.decide(caller(), call('t'), NOW)).toEqual({ kind: 'forbidden' })
  })
})
