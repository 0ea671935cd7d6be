import { describe, expect, test } from 'vitest'
import { createRuleTable, type RuleTable } from '../../../src/policy/rule-table.ts'

function table(
  keys: readonly string[],
  syntax: 'glob' | 'uri-template' = 'glob',
): RuleTable<string> {
  return createRuleTable(new Map(keys.map((key) => [key, key])), syntax, 'policy.tools')
}

test.each([
  ['admin_purge', 'admin_purge'],
  ['admin_purge_all', 'admin_purge*'],
  ['admin_users', 'admin_*'],
  ['notes_read', '*_read'],
  ['notes', '*'],
  ['', '*'],
])('the most specific key for %j is %s', (name, expected) => {
  const rules = table(['*', 'admin_*', 'admin_purge', '*_read', 'admin_purge*'])
  expect(rules.find(name)).toEqual({ key: expected, rule: expected })
})

test('a longer literal prefix does not win over more literal characters', () => {
  expect(table(['ab*', '*cdef']).find('abcdef')?.key).toBe('*cdef')
  expect(table(['*cdef', 'ab*']).find('abcdef')?.key).toBe('*cdef')
})

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
  '%s has no rule unless it is given one',
  (name) => {
    expect(table(['x']).find(name)).toBeUndefined()
    expect(table(['x']).findListed(name)).toBeUndefined()
    expect(table([name]).find(name)?.key).toBe(name)
  },
)

test('a name that is spelt like a pattern is a text', () => {
  const rules = table(['note://{id}', 'note://{+path}'], 'uri-template')
  expect(rules.find('note://{+path}')?.key).toBe('note://{id}')
  expect(rules.findListed('note://{+path}')?.key).toBe('note://{+path}')
  expect(rules.findListed('note://{another}')?.key).toBe('note://{id}')
})

test('keys keep their order', () => {
  expect(table(['b', 'a*', 'a']).keys).toEqual(['b', 'a*', 'a'])
})

describe('a tie', () => {
  test.each([
    [['a*', '*a'], 'glob'],
    [['x', 'ab*', 'a*b'], 'glob'],
    [['a*', 'a**'], 'glob'],
    [['note://{id}', 'note://{name}'], 'uri-template'],
    [['note://{a}/x', 'note://x/{b}'], 'uri-template'],
  ] as const)('of %j is refused', (keys, syntax) => {
    const [one = '', other = ''] = keys.slice(-2)
    expect(() => table(keys, syntax)).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIG_POLICY_TIE',
        message: expect.stringContaining(JSON.stringify(one)),
      }),
    )
    expect(() => table(keys, syntax)).toThrow(JSON.stringify(other))
  })

  test.each([[['a*', 'b*']], [['*a', '*b']], [['a*', '*a*']], [['ab', 'a*b', '*ab*']]])(
    'of %j there is none',
    (keys) => {
      expect(table(keys).keys).toEqual(keys)
    },
  )
})
