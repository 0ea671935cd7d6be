import { describe, expect, test } from 'vitest'
import {
  type CorsPolicy,
  checkOrigin,
  corsHeaders,
  isPreflight,
  preflightAnswer,
} from '../../../src/http/index.ts'
import { inbound } from './inbound.ts'

const APP = 'https://app.example.com'
const LISTED: CorsPolicy = { origins: new Set([APP]), credentials: false }
const ANY: CorsPolicy = { origins: '*', credentials: false }
const LOOPBACK: CorsPolicy = { origins: 'loopback', credentials: false }
const EXPOSED =
  'WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy, DPoP-Nonce, Mcp-Session-Id, MCP-Protocol-Version'
const HEADERS =
  'Authorization, Content-Type, Accept, Last-Event-ID, DPoP, Mcp-Session-Id, MCP-Protocol-Version, Mcp-Method, Mcp-Name'

describe('checkOrigin', () => {
  test.each<[string, string[], CorsPolicy, string]>([
    ['no Origin', [], LISTED, 'none'],
    ['a listed one', [APP], LISTED, 'allowed'],
    ['another one', ['https://evil.example'], LISTED, 'refused'],
    ['a listed one in upper case', [APP.toUpperCase()], LISTED, 'refused'],
    ['a listed one with a slash', [`${APP}/`], LISTED, 'refused'],
    ['a listed one with another scheme', ['http://app.example.com'], LISTED, 'refused'],
    ['a listed one twice', [APP, APP], LISTED, 'refused'],
    ['null', ['null'], LISTED, 'refused'],
    ['an empty one', [''], LISTED, 'refused'],
    ['whatever, where any is allowed', ['null'], ANY, 'allowed'],
    ['two, where any is allowed', [APP, APP], ANY, 'refused'],
    ['localhost', ['http://localhost:6274'], LOOPBACK, 'allowed'],
    ['an IPv4 loopback address', ['https://127.0.0.1'], LOOPBACK, 'allowed'],
    ['the IPv6 loopback address', ['http://[::1]:3000'], LOOPBACK, 'allowed'],
    ['localhost as a label', ['http://localhost.evil.example'], LOOPBACK, 'refused'],
    ['user information', ['http://localhost@evil.example'], LOOPBACK, 'refused'],
    ['a path', ['http://localhost/'], LOOPBACK, 'refused'],
    ['a number that is 127.0.0.1', ['http://2130706433'], LOOPBACK, 'refused'],
    ['a scheme without an origin', ['data:localhost'], LOOPBACK, 'refused'],
    ['null, on loopback', ['null'], LOOPBACK, 'refused'],
  ])('%s', (_what, origin, policy, expected) => {
    expect(checkOrigin(inbound({ origin }), policy).kind).toBe(expected)
  })

  test('an allowed origin is told as it was sent', () => {
    expect(checkOrigin(inbound({ origin: [APP] }), LISTED)).toEqual({
      kind: 'allowed',
      origin: APP,
    })
  })
})

test.each<[string, string, Record<string, string[]>, boolean]>([
  ['both fields', 'OPTIONS', { origin: [APP], 'access-control-request-method': ['POST'] }, true],
  ['no Origin', 'OPTIONS', { 'access-control-request-method': ['POST'] }, false],
  ['no method', 'OPTIONS', { origin: [APP] }, false],
  ['another method', 'POST', { origin: [APP], 'access-control-request-method': ['POST'] }, false],
  [
    'a lower-case method',
    'options',
    { origin: [APP], 'access-control-request-method': ['POST'] },
    false,
  ],
])('a preflight is OPTIONS with both fields: %s', (_what, method, headers, expected) => {
  expect(isPreflight(inbound(headers, { method }))).toBe(expected)
})

describe('corsHeaders', () => {
  test('of a listed origin', () => {
    expect(corsHeaders(APP, LISTED)).toEqual({
      'Access-Control-Allow-Origin': APP,
      'Access-Control-Expose-Headers': EXPOSED,
      Vary: 'Origin',
    })
  })

  test('of a listed origin with credentials', () => {
    expect(corsHeaders(APP, { ...LISTED, credentials: true })).toEqual({
      'Access-Control-Allow-Origin': APP,
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers': EXPOSED,
      Vary: 'Origin',
    })
  })

  test('of any origin: no credentials, whatever the policy says', () => {
    expect(corsHeaders(APP, { origins: '*', credentials: true })).toEqual({
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': EXPOSED,
    })
  })
})

describe('preflightAnswer', () => {
  const answerTo = (requested?: string): Response =>
    preflightAnswer(
      inbound(requested === undefined ? {} : { 'access-control-request-headers': [requested] }),
      APP,
      LISTED,
    )

  test('the whole answer', async () => {
    const { status, headers, body } = answerTo()
    expect([status, body]).toEqual([204, null])
    expect(Object.fromEntries(headers)).toEqual({
      'access-control-allow-headers': HEADERS,
      'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
      'access-control-allow-origin': APP,
      'access-control-expose-headers': EXPOSED,
      'access-control-max-age': '600',
      vary: 'Origin, Access-Control-Request-Headers',
    })
  })

  test.each([
    ['mcp-param-region', `${HEADERS}, mcp-param-region`],
    ['Mcp-Param-A, mcp-param-b', `${HEADERS}, Mcp-Param-A, mcp-param-b`],
    ['authorization', HEADERS],
    ['x-other', HEADERS],
    ['mcp-param-', HEADERS],
    ['mcp-param-*', HEADERS],
    ['mcp-param-a\r\nX: y', HEADERS],
    [`mcp-param-${'a'.repeat(65)}`, HEADERS],
  ])('asked for %j, it allows mirrored parameters and nothing else', (requested, allowed) => {
    expect(answerTo(requested).headers.get('Access-Control-Allow-Headers')).toBe(allowed)
  })
})
