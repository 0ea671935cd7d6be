import { describe, expect, test } from 'vitest'
import {
  checkRedirectUri,
  describeRedirectUriFault,
  inferApplicationType,
  isPrivateUseScheme,
  matchesRedirectUri,
} from '../../../src/oauth/index.ts'

const SCHEMES = new Set(['cursor', 'com.example.app'])

function verdictOf(uri: unknown): string {
  const verdict = checkRedirectUri(uri, SCHEMES)
  return verdict.kind === 'refused' ? verdict.fault : verdict.kind
}

describe('AS-17 SEC-112 what may be registered is https, this machine, or an allowed scheme', () => {
  test.each([
    ['https://app.example/cb', 'https'],
    ['https://app.example', 'https'],
    ['https://app.example:8443/cb?x=1', 'https'],
    ['https://app.example:65535/cb', 'https'],
    ['HTTPS://App.Example/cb', 'https'],
    ['https://xn--bcher-kva.example/cb', 'https'],
    ['http://127.0.0.1/cb', 'loopback'],
    ['http://127.0.0.1:33418', 'loopback'],
    ['http://localhost:3334/oauth/callback', 'loopback'],
    ['http://[::1]:80/cb', 'loopback'],
    ['cursor://anysphere.cursor-retrieval/oauth/user-x/callback', 'private-use'],
    ['com.example.app:/cb', 'private-use'],
    [`https://app.example/${'a'.repeat(1_980)}`, 'https'],
  ])('%s is %s', (uri, kind) => {
    expect(verdictOf(uri)).toBe(kind)
  })

  test.each([
    ['http://evil.example/cb', 'plain-http'],
    ['http://localhost./cb', 'host'],
    ['http://127.0.0.2/cb', 'plain-http'],
    ['http://127.1/cb', 'host'],
    ['http://0x7f.1/cb', 'host'],
    ['http://2130706433/cb', 'host'],
    ['http://127.0.0.1.evil.example/cb', 'plain-http'],
    ['http://[::ffff:127.0.0.1]/cb', 'host'],
    ['http://[0:0:0:0:0:0:0:1]/cb', 'host'],
    ['HTTP://127.0.0.1/cb', 'plain-http'],
    ['https://app.example:0/cb', 'host'],
    ['https://app.example:65536/cb', 'host'],
    ['https://', 'host'],
    ['https:///cb', 'host'],
    ['https:/cb', 'host'],
    ['com.example.app:', 'form'],
    ['com.example.app:?cb', 'form'],
    ['cursor://x:65536/cb', 'malformed'],
    ['/cb', 'malformed'],
    ['/cb:x', 'malformed'],
    ['', 'malformed'],
    ['app.example/cb', 'malformed'],
    [7, 'malformed'],
    [null, 'malformed'],
    [`https://app.example/${'a'.repeat(2_000)}`, 'malformed'],
  ])('%s is refused: %s', (uri, fault) => {
    expect(verdictOf(uri)).toBe(fault)
  })
})

describe('SEC-210 what no redirect URI has', () => {
  test.each([
    ['https://user@app.example/cb', 'user-information'],
    ['https://app.example@evil.example/cb', 'user-information'],
    ['cursor://user@host/cb', 'user-information'],
    ['https://app.example/cb#', 'fragment'],
    ['https://app.example/cb#x', 'fragment'],
    ['https://*.example/cb', 'wildcard'],
    ['https://app.example/*', 'wildcard'],
    ['https://app.example/c b', 'characters'],
    ['https://app.example/cb ', 'characters'],
    [' https://app.example/cb', 'characters'],
    ['https://app.example/c\tb', 'characters'],
    ['https://app.example/cb\n', 'characters'],
    ['https://app.example/cb\0', 'characters'],
    ['https://evil\\@app.example/cb', 'characters'],
    ['https:\\\\app.example/cb', 'characters'],
    ['https://app。example/cb', 'characters'],
    ['https://app.example/cb"', 'characters'],
    ['https://app.example/a/../cb', 'dot-segments'],
    ['https://app.example/%2e%2E/cb', 'dot-segments'],
    ['https://app.example/.', 'dot-segments'],
    ['https:app.example/cb', 'form'],
    ['https:/app.example/cb', 'host'],
  ])('%j is refused: %s', (uri, fault) => {
    expect(verdictOf(uri)).toBe(fault)
  })
})

const DANGEROUS = [
  'javascript',
  'data',
  'vbscript',
  'file',
  'blob',
  'about',
  'intent',
  'view-source',
] as const

describe.each(DANGEROUS)('SEC-113 %s: is never allowed', (scheme) => {
  test('however it is written, and though it were configured', () => {
    const all = new Set([scheme, scheme.toUpperCase(), ...SCHEMES])
    const written = [scheme, scheme.toUpperCase(), `${scheme[0]?.toUpperCase()}${scheme.slice(1)}`]
    const tricks = [
      `${scheme[0]}\t${scheme.slice(1)}`,
      ` ${scheme}`,
      `\u0001${scheme}`,
      `${scheme}\n`,
    ]
    for (const name of [...written, ...tricks]) {
      for (const rest of [':alert(1)', '://app.example/%0aalert(1)', ':/x', ':', '://']) {
        expect(checkRedirectUri(`${name}${rest}`, all).kind).toBe('refused')
      }
    }
  })

  test('cannot be configured', () => {
    expect(isPrivateUseScheme(scheme)).toBe(false)
  })
})

describe('SEC-114 a private-use scheme is accepted only from the list, in a hierarchical form', () => {
  test.each([
    ['cursor:foo', 'form'],
    ['foo:bar', 'form'],
    ['com.x:/cb', 'scheme'],
    ['cursors://host/cb', 'scheme'],
    ['CURSOR://host/cb', 'private-use'],
    ['ms-msdt:/id', 'scheme'],
  ])('%s: %s', (uri, outcome) => {
    expect(verdictOf(uri)).toBe(outcome)
  })

  test.each([
    ['cursor', true],
    ['com.example.app', true],
    ['Cursor', false],
    ['cursor:', false],
    ['', false],
    ['1password', false],
    ['https', false],
    ['ms-word', false],
  ])('the scheme %j can be configured: %s', (scheme, expected) => {
    expect(isPrivateUseScheme(scheme)).toBe(expected)
  })
})

describe('SEC-111 AS-13 AS-16 a sent URI is the registered one byte by byte', () => {
  const registered = 'https://app/cb'
  test.each([
    'https://app/CB',
    'https://app/cb/',
    'https://app/cb?x=1',
    'https://app/cb#',
    'https://app/cb%2f',
    'https://app/cb/../x',
    'https://app/cb/%2e%2e/x',
    'https://app@evil/cb',
    'https://app.evil/cb',
    'https://evil\\@app/cb',
    'HTTPS://APP/cb',
    'https://app:443/cb',
    'https:app/cb',
    'https://app。/cb',
    'https://ap\tp/cb',
    'https://app/cb ',
    '',
  ])('%j is another', (sent) => {
    expect(matchesRedirectUri(sent, registered)).toBe(false)
    expect(matchesRedirectUri(registered, registered)).toBe(true)
  })
})

describe('SEC-112 on a loopback address only the port may differ (RFC 8252 §7.3)', () => {
  test.each([
    ['http://127.0.0.1:51004/cb', 'http://127.0.0.1/cb', true],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:80/cb', true],
    ['http://localhost:1/cb?x=1', 'http://localhost:2/cb?x=1', true],
    ['http://[::1]:1', 'http://[::1]', true],
    ['http://127.0.0.1:65535/cb', 'http://127.0.0.1/cb', true],
    ['http://127.0.0.1:65536/cb', 'http://127.0.0.1/cb', false],
    ['http://127.0.0.1:/cb', 'http://127.0.0.1/cb', false],
    ['http://localhost/cb', 'http://127.0.0.1/cb', false],
    ['http://[::1]/cb', 'http://127.0.0.1/cb', false],
    ['http://127.0.0.2/cb', 'http://127.0.0.1/cb', false],
    ['http://127.1/cb', 'http://127.0.0.1/cb', false],
    ['http://0x7f.1/cb', 'http://127.0.0.1/cb', false],
    ['http://127.0.0.1.evil/cb', 'http://127.0.0.1/cb', false],
    ['http://localhost./cb', 'http://localhost/cb', false],
    ['https://127.0.0.1/cb', 'http://127.0.0.1/cb', false],
    ['https://127.0.0.1:2/cb', 'https://127.0.0.1:1/cb', false],
    ['http://127.0.0.1:1/other', 'http://127.0.0.1/cb', false],
    ['http://127.0.0.1:1/cb?x', 'http://127.0.0.1/cb', false],
    ['http://user@127.0.0.1:1/cb', 'http://127.0.0.1/cb', false],
    ['http://127.0.0.1:1@evil/cb', 'http://127.0.0.1/cb', false],
    ['http://127.0.0.1:1\\@evil/cb', 'http://127.0.0.1/cb', false],
    ['http://app.example:1/cb', 'http://app.example:2/cb', false],
  ])('sent %s, registered %s: %s', (sent, registered, expected) => {
    expect(matchesRedirectUri(sent, registered)).toBe(expected)
  })
})

test.each([
  [['https://app.example/cb'], 'web'],
  [[], 'web'],
  [['http://127.0.0.1/cb'], 'native'],
  [['https://app.example/cb', 'http://localhost/cb'], 'native'],
  [['cursor://x/cb'], 'native'],
  [['cursor://x/https://app.example'], 'native'],
])('a client with %j is %s', (uris, type) => {
  expect(inferApplicationType(uris)).toBe(type)
})

test('a fault is told without the URI', () => {
  expect(describeRedirectUriFault('scheme')).toBe('has a scheme that this server does not allow')
})
