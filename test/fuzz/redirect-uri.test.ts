import { describe, expect, test } from 'vitest'
import { checkRedirectUri, matchesRedirectUri } from '../../src/oauth/index.ts'
import * as fc from './fast-check.ts'
import { RUNS } from './runs.ts'

const PARTS = [
  'https',
  'http',
  'HTTP',
  'javascript',
  'data',
  'cursor',
  ':',
  '/',
  '//',
  '\\',
  '@',
  '#',
  '?',
  '.',
  '..',
  '%2e',
  '*',
  '127.0.0.1',
  '127.1',
  '0x7f.1',
  'localhost',
  '[::1]',
  ':80',
  ':3000',
  'app.example',
  'evil',
  '/cb',
  '\t',
  ' ',
  '。',
  '\0',
]
// Texts that come close, and any others.
const uri = fc.oneof(
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc.array(fc.constantFrom(...PARTS), { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
)
const SCHEMES = new Set(['cursor'])
const path = fc.stringMatching(/^\/[a-z0-9/]{0,20}$/)

describe('the check of redirect URIs', () => {
  test('accepts nothing that a browser reads as another scheme or host', () => {
    fc.assert(
      fc.property(uri, (value) => {
        const verdict = checkRedirectUri(value, SCHEMES)
        if (verdict.kind === 'refused') return
        const parsed = new URL(value)
        const isLoopback = ['127.0.0.1', '[::1]', 'localhost'].includes(parsed.hostname)
        expect({ https: 'https:', loopback: 'http:', 'private-use': 'cursor:' }[verdict.kind]).toBe(
          parsed.protocol,
        )
        expect(parsed.username + parsed.password + parsed.hash).toBe('')
        expect(verdict.kind === 'loopback').toBe(parsed.protocol === 'http:' && isLoopback)
        const { host = parsed.hostname } = verdict
        expect(host).toBe(parsed.hostname)
      }),
      RUNS,
    )
  })

  test('matches only where a browser goes to the same place, but for a loopback port', () => {
    fc.assert(
      fc.property(uri, uri, (sent, registered) => {
        if (!matchesRedirectUri(sent, registered) || sent === registered) return
        if (!URL.canParse(sent) || !URL.canParse(registered)) return
        const [one, other] = [new URL(sent), new URL(registered)]
        expect(['127.0.0.1', '[::1]', 'localhost']).toContain(one.hostname)
        one.port = ''
        other.port = ''
        expect(one.href).toBe(other.href)
      }),
      RUNS,
    )
  })

  test('takes every port of a loopback address for the registered one, and no other path', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('127.0.0.1', '[::1]', 'localhost'),
        fc.integer({ min: 1, max: 65_535 }),
        path,
        path,
        (host, port, registered, sent) => {
          const matches = matchesRedirectUri(
            `http://${host}:${port}${sent}`,
            `http://${host}${registered}`,
          )
          expect(matches).toBe(sent === registered)
        },
      ),
      RUNS,
    )
  })

  test('matches exactly where the rule of RFC 8252 §7.3 says so', () => {
    const host = fc.constantFrom('127.0.0.1', '[::1]', 'localhost', 'localhost.', '127.0.0.2')
    const port = fc.constantFrom('', ':', ':0', ':80', ':3000', ':65535', ':65536', ':1a')
    const rest = fc.constantFrom('', '/', '/cb', '/cb?a=1', '?a=1', '@evil', '#f', '/CB', '/\n')
    const near = fc
      .tuple(
        fc.constantFrom('http://', 'http://', 'http://', 'HTTP://', 'https://'),
        host,
        port,
        port,
        rest,
      )
      .map(([scheme, name, one, other, end]) => [one, other].map((at) => scheme + name + at + end))
    const pair = fc.oneof(
      { weight: 4, arbitrary: near },
      fc.tuple(near, near).map(([one, other]) => [one[0], other[1]]),
      fc.tuple(uri, uri),
    )
    let matches = 0
    fc.assert(
      fc.property(pair, ([sent = '', registered = '']) => {
        const isMatch = matchesRedirectUri(sent, registered)
        expect(isMatch).toBe(ruleMatches(sent, registered))
        if (isMatch && sent !== registered) matches += 1
      }),
      RUNS,
    )
    expect(matches).toBeGreaterThan(0)
  })
})

/** The rule, by cutting the texts and without a pattern. */
function ruleMatches(sent: string, registered: string): boolean {
  if (sent === registered) return true
  const [one, other] = [cut(sent), cut(registered)]
  if (one === undefined || other === undefined) return false
  return one.host === other.host && one.rest === other.rest && one.port <= 65_535
}

function cut(text: string): { host: string; port: number; rest: string } | undefined {
  for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
    if (!text.startsWith(`http://${host}`)) continue
    let rest = text.slice(`http://${host}`.length)
    let digits = ''
    if (rest.startsWith(':')) {
      for (rest = rest.slice(1); '0123456789'.includes(rest[0] ?? 'x'); rest = rest.slice(1)) {
        digits += rest[0]
      }
      if (digits.length < 1 || digits.length > 5) return undefined
    }
    const ends = rest === '' || rest.startsWith('/') || rest.startsWith('?')
    return ends && !/[\n\r\u2028\u2029]/.test(rest)
      ? { host, port: Number(digits), rest }
      : undefined
  }
  return undefined
}
