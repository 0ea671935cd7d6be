import { describe, expect, test } from 'vitest'
import { type AllowedHosts, isHostAllowed, parseHost } from '../../../src/http/index.ts'
import { inbound } from './inbound.ts'

describe('parseHost', () => {
  test.each([
    ['localhost', 'localhost', undefined],
    ['LOCALHOST:3000', 'localhost', '3000'],
    ['127.0.0.1:0', '127.0.0.1', '0'],
    ['[::1]:65535', '[::1]', '65535'],
    ['[2001:DB8::1]', '[2001:db8::1]', undefined],
    ['mcp-1.example.com', 'mcp-1.example.com', undefined],
    ['my_service:80', 'my_service', '80'],
    ['x', 'x', undefined],
  ])('%s', (value, hostname, port) => {
    expect(parseHost(value)).toEqual({ hostname, port })
  })

  test.each([
    '',
    ' localhost',
    'localhost ',
    'a@localhost',
    'localhost:',
    'localhost:99999',
    'localhost:-1',
    'localhost:80:80',
    'localhost/',
    'localhost?x',
    'localhost#x',
    'LOCALHOST.',
    '.localhost',
    '-localhost',
    '[::1',
    '::1',
    '[::1%25eth0]',
    '[]',
    'a,b',
    'a b',
    'münchen.example',
    'a\0b',
    'a\\b',
    '%6cocalhost',
    'x'.repeat(255),
  ])('%j is none', (value) => {
    expect(parseHost(value)).toBeUndefined()
  })
})

describe('isHostAllowed', () => {
  const local: AllowedHosts = [{ hostname: 'localhost', port: undefined }]
  const withPort: AllowedHosts = [{ hostname: 'mcp.example.com', port: '8443' }]

  test.each<[string, string[], AllowedHosts, boolean]>([
    ['any well-formed one', ['evil.example'], undefined, true],
    ['a malformed one', ['a@b'], undefined, false],
    ['none', [], undefined, false],
    ['an empty one', [''], undefined, false],
    ['the same twice', ['localhost', 'localhost'], undefined, false],
    ['a listed name', ['localhost'], local, true],
    ['a listed name, with any port', ['localhost:1'], local, true],
    ['a listed name in upper case', ['LocalHost'], local, true],
    ['another name', ['localhost.evil.example'], local, false],
    ['a listed port', ['mcp.example.com:8443'], withPort, true],
    ['another port', ['mcp.example.com:443'], withPort, false],
    ['a missing port', ['mcp.example.com'], withPort, false],
  ])('%s', (_what, host, allowed, expected) => {
    expect(isHostAllowed(inbound({ host }), allowed)).toBe(expected)
  })
})
