import { expect, test } from 'vitest'
import { missingClaims } from '../../../src/resource-server/claims/index.ts'

test.each([
  ['null', null],
  ['an empty text', ''],
  ['an empty list', []],
  ['an empty object', {}],
  ['nothing', undefined],
])('a claim that is required is missing where it is %s', (_title, value) => {
  expect(missingClaims({ email: value }, ['email'])).toEqual(['email'])
})

test.each([
  ['zero', 0],
  ['false', false],
  ['a list of an empty text', ['']],
  ['an object', { id: 7 }],
])('a claim that is required is there where it is %s', (_title, value) => {
  expect(missingClaims({ email: value }, ['email'])).toEqual([])
})

test('what every object inherits is no claim', () => {
  expect(missingClaims({ sub: 'alice' }, ['constructor', 'sub', 'toString'])).toEqual([
    'constructor',
    'toString',
  ])
})
