import { describe, expect, test } from 'vitest'
import {
  compareSpecificity,
  matchesName,
  type NamePattern,
  overlap,
  parseGlob,
  parseUriTemplate,
} from '../../../src/policy/name-pattern.ts'

function template(key: string): NamePattern {
  const pattern = parseUriTemplate(key)
  if (pattern === undefined) throw new Error(`${key} is no template`)
  return pattern
}

test.each([
  ['admin_*', 'admin_purge', true],
  ['admin_*', 'admin_', true],
  ['admin_*', 'admin', false],
  ['admin_*', 'xadmin_purge', false],
  ['*_read', 'notes_read', true],
  ['*_read', '_read', true],
  ['*_read', 'notes_reads', false],
  ['a*b*c', 'abc', true],
  ['a*b*c', 'a--b--b--c', true],
  ['a*b*c', 'a--c--b', false],
  ['*', '', true],
  ['*', 'any/thing at all', true],
  ['**', 'x', true],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['a.c', 'abc', false],
  ['a{x}*', 'a{x}b', true],
  ['a{x}*', 'aybb', false],
])('the glob %s matches %j: %s', (key, name, expected) => {
  expect(matchesName(parseGlob(key), name)).toBe(expected)
})

test.each([
  ['note://{id}', 'note://7', true],
  ['note://{id}', 'note://', false],
  ['note://{id}', 'note://7/edit', false],
  ['note://{id}', 'note://7?x', false],
  ['note://{id}', 'note://7#x', false],
  ['note://{id}/edit', 'note://7/edit', true],
  ['note://{id}/edit', 'note:///edit', false],
  ['file:///{+path}', 'file:///a/b?c#d', true],
  ['file:///{+path}', 'file:///', true],
  ['file:///{path*}', 'file:///a/b', true],
  ['file:///a{/path*}', 'file:///a/b/c', true],
  ['file:///a{/path*}', 'file:///a', true],
  ['api://search{?q,page}', 'api://search?q=1&page=2', true],
  ['api://search{?q,page}', 'api://find?q=1', false],
  ['db://{table}/{row}', 'db://users/7', true],
  ['db://{table}/{row}', 'db://users/7/8', false],
  ['db://{table}-{row}.json', 'db://a-b-c.json', true],
  ['db://{a}{b}', 'db://x', false],
  ['db://{a}{b}', 'db://xy', true],
  ['x://{id:3}', 'x://abc', true],
  ['x://*/{id}', 'x://a/b/c', true],
  ['x://*/{id}', 'x://a/b/', false],
])('the template %s matches %j: %s', (key, name, expected) => {
  expect(matchesName(template(key), name)).toBe(expected)
})

test.each(['note://{', 'note://}', 'note://{}', 'note://{a{b}}', 'note://{a b}', '{+}', 'x{a,}'])(
  '%s is no template',
  (key) => {
    expect(parseUriTemplate(key)).toBeUndefined()
  },
)

describe('specificity', () => {
  test.each([
    ['admin_*', 'a*'],
    ['admin_*', '*_admi*'],
    ['a*b', 'a*'],
    ['ab*', 'a*b*'],
  ])('%s is more specific than %s', (one, other) => {
    expect(compareSpecificity(parseGlob(one), parseGlob(other))).toBeLessThan(0)
    expect(compareSpecificity(parseGlob(other), parseGlob(one))).toBeGreaterThan(0)
  })

  test('one segment is more specific than any text', () => {
    expect(compareSpecificity(template('a://{x}'), template('a://{+x}'))).toBeLessThan(0)
  })

  test('two asterisks side by side are one', () => {
    expect(compareSpecificity(parseGlob('a**'), parseGlob('a*'))).toBe(0)
  })
})

describe('overlap', () => {
  test.each([
    ['a*', '*b', true],
    ['a*', 'b*', false],
    ['ax*', 'a*y', true],
    ['*a', '*b', false],
    ['a*c', 'ab', false],
    ['ab', 'ab', true],
  ])('of %s and %s: %s', (one, other, expected) => {
    expect(overlap(parseGlob(one), parseGlob(other))).toBe(expected)
    expect(overlap(parseGlob(other), parseGlob(one))).toBe(expected)
  })

  test.each([
    ['a://{x}/b', 'a://{+y}', true],
    ['a://{x}', 'a://b/{y}', false],
    ['a://{x}/{y}', 'a://b/{z}', true],
    ['a://{x}', 'a://', false],
  ])('of the templates %s and %s: %s', (one, other, expected) => {
    expect(overlap(template(one), template(other))).toBe(expected)
  })
})
