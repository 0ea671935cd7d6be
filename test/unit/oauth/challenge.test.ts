import { expect, test } from 'vitest'
import { formatBearerChallenge, isQuotable } from '../../../src/oauth/index.ts'

const resource_metadata = 'https://h.example/.well-known/oauth-protected-resource'

test('the parameters stand in a fixed order', () => {
  const challenge = formatBearerChallenge({
    scope: ['a', 'b'],
    resource_metadata,
    error_description: 'why',
    error: 'invalid_token',
    realm: 'r',
  })
  expect(challenge).toBe(
    `Bearer realm="r", error="invalid_token", error_description="why", resource_metadata="${resource_metadata}", scope="a b"`,
  )
})

test('what is not there is left out', () => {
  expect(formatBearerChallenge({ resource_metadata, scope: [], realm: undefined })).toBe(
    `Bearer resource_metadata="${resource_metadata}"`,
  )
})

test('quotes and backslashes are escaped', () => {
  expect(formatBearerChallenge({ resource_metadata: 'x', realm: 'a"b\\c' })).toBe(
    'Bearer realm="a\\"b\\\\c", resource_metadata="x"',
  )
})

test.each([
  ['plain text', true],
  ['', true],
  ['a"b', true],
  ['a\nb', false],
  ['a\rb', false],
  ['a\tb', false],
  ['a\0b', false],
  ['ä', false],
])('%j can stand in a quoted-string: %s', (value, expected) => {
  expect(isQuotable(value)).toBe(expected)
})
