import { expect, test } from 'vitest'
import { formatBearerChallenge, formatDpopChallenge, isQuotable } from '../../../src/oauth/index.ts'

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

test('a stronger sign-in is asked for with its contexts and its age, also with the age 0', () => {
  const stronger = { resource_metadata, acr_values: ['urn:a', 'urn:b'], max_age: 0 }
  expect(formatBearerChallenge(stronger)).toBe(
    `Bearer resource_metadata="${resource_metadata}", acr_values="urn:a urn:b", max_age="0"`,
  )
})

test('a DPoP challenge names the algorithms of proofs, and needs nothing else (RFC 9449 §7.1)', () => {
  expect(formatDpopChallenge({ algs: ['ES256', 'EdDSA'] })).toBe('DPoP algs="ES256 EdDSA"')
  expect(formatDpopChallenge({ error: 'use_dpop_nonce', scope: ['a'], algs: ['ES256'] })).toBe(
    'DPoP error="use_dpop_nonce", scope="a", algs="ES256"',
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
