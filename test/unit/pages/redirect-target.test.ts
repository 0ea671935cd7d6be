import { expect, test } from 'vitest'
import { describeRedirect } from '../../../src/pages/redirect-target.ts'

test.each([
  ['https://claude.ai/cb', 'site', 'claude.ai', 'https://claude.ai/cb'],
  ['https://claude.ai:8443/cb', 'site', 'claude.ai:8443', 'https://claude.ai:8443/cb'],
  ['https://claude.ai@evil.example/cb', 'site', 'evil.example', 'https://evil.example/cb'],
  ['https://claude.ai:x@evil.example/', 'site', 'evil.example', 'https://evil.example/'],
  ['https://cläude.ai/', 'site', 'xn--clude-hra.ai', 'https://xn--clude-hra.ai/'],
  ['http://127.0.0.1:33418/cb', 'loopback', '127.0.0.1:33418', 'http://127.0.0.1:33418/cb'],
  ['http://[::1]:3000/', 'loopback', '[::1]:3000', 'http://[::1]:3000/'],
  ['https://localhost/cb', 'loopback', 'localhost', 'https://localhost/cb'],
  ['http://2130706433/cb', 'loopback', '127.0.0.1', 'http://127.0.0.1/cb'],
  ['cursor://anysphere/cb', 'app', 'cursor:', 'cursor://anysphere/cb'],
  ['com.example.app:/cb', 'app', 'com.example.app:', 'com.example.app:/cb'],
  ['no URI', 'app', 'no URI', 'no URI'],
])('AS-08 %s leads to a %s, %s', (redirectUri, kind, host, uri) => {
  expect(describeRedirect(redirectUri)).toEqual({ kind, host, uri })
})

test('a long URI is cut at its end, where the host does not stand', () => {
  const { host, uri } = describeRedirect(`https://a.example/${'x'.repeat(5_000)}`)
  expect(host).toBe('a.example')
  expect(uri).toHaveLength(160)
  expect(uri.startsWith('https://a.example/x')).toBe(true)
})
