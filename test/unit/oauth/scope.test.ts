import { describe, expect, test } from 'vitest'
import { isScopeToken, missingScopes, readScopes } from '../../../src/oauth/index.ts'

test.each([
  ['notes:read', true],
  ['https://h.example/scope', true],
  ['!', true],
  ['~', true],
  ['', false],
  ['a b', false],
  ['a"b', false],
  ['a\\b', false],
  ['a\n', false],
  ['ä', false],
  [undefined, false],
  [['a'], false],
])('%j is a scope-token: %s', (value, expected) => {
  expect(isScopeToken(value)).toBe(expected)
})

describe('readScopes', () => {
  test.each([
    ['a space-delimited string', 'a b', ['a', 'b']],
    ['an array', ['a', 'b'], ['a', 'b']],
    ['two spaces', 'a  b', ['a', 'b']],
    ['a duplicate', 'a a', ['a']],
    ['a comma is part of a token', 'a,b', ['a,b']],
    ['what is no token grants nothing', 'a "b" c', ['a', 'c']],
    ['an array entry with a space grants nothing', ['a b', 'c'], ['c']],
    ['an array in an array grants nothing', [['a'], 'b'], ['b']],
    ['an empty string', '', []],
    ['nothing', undefined, []],
    ['null', null, []],
    ['an object', { a: true }, []],
    ['a number', 7, []],
  ])('%s', (_what, claim, expected) => {
    expect(readScopes(claim)).toEqual(new Set(expected))
  })
})

test('missingScopes keeps the order of the requirement', () => {
  expect(missingScopes(new Set(['b']), ['c', 'b', 'a'])).toEqual(['c', 'a'])
})

test('missingScopes compares case by case', () => {
  expect(missingScopes(new Set(['Read']), ['read'])).toEqual(['read'])
})
