import { expect, test } from 'vitest'
import { buildClientRedirect } from '../../../src/oauth/index.ts'

const ANSWER = [
  ['code', 'a b'],
  ['state', 'x&y'],
  ['iss', 'https://as.example.com'],
] as const
const WRITTEN = 'code=a+b&state=x%26y&iss=https%3A%2F%2Fas.example.com'

test.each([
  ['https://a.example/cb', ''],
  ['https://a.example/cb?', ''],
  ['https://a.example/cb?a=%7e&b', 'a=%7e&b&'],
  ['https://a.example/cb?a=1?b=2&&c=3', 'a=1?b=2&c=3&'],
  ['https://a.example/cb?code=evil&a=1&%73tate=evil', 'a=1&'],
  ['https://a.example/cb?error=x&error_description=x&error_uri=x&iss=x', ''],
  ['cursor://cb?=x', '=x&'],
])('the answer is added to %s, whose own query keeps its bytes', (redirectUri, own) => {
  const [base] = redirectUri.split('?')
  expect(buildClientRedirect(redirectUri, ANSWER)).toBe(`${base}?${own}${WRITTEN}`)
})
