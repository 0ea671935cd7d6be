import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkRedirectUri, matchesRedirectUri } from '../../src/oauth/index.ts'

const RUNS = { numRuns: 5_000 }
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
})
