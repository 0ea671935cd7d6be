import { describe, expect, test } from 'vitest'
import {
  isLoopbackHostname,
  isSecureUrl,
  parseIssuerIdentifier,
  parseResourceIdentifier,
  serverMetadataUrls,
  wellKnownUrl,
} from '../../../src/oauth/index.ts'

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.255.255.254', true],
  ['[::1]', true],
  ['localhost.', false],
  ['localhost.evil.example', false],
  ['127.0.0.1.nip.io', false],
  ['128.0.0.1', false],
  ['x127.0.0.1', false],
  ['[::2]', false],
  ['0.0.0.0', false],
  ['', false],
])('the host name %s is this machine: %s', (hostname, expected) => {
  expect(isLoopbackHostname(hostname)).toBe(expected)
})

test.each([
  ['https://mcp.example.com', false, true],
  ['http://mcp.example.com', true, false],
  ['http://127.0.0.1', true, true],
  ['http://127.0.0.1', false, false],
  ['http://0x7f000001', true, true],
  ['ftp://127.0.0.1', true, false],
])('%s, loopback allowed %s: secure %s', (url, allowInsecureLoopback, expected) => {
  expect(isSecureUrl(new URL(url), allowInsecureLoopback)).toBe(expected)
})

describe('parseResourceIdentifier', () => {
  test.each([
    ['HTTPS://Mcp.Example.COM/Mcp', 'https://mcp.example.com/Mcp'],
    ['https://mcp.example.com:443/mcp', 'https://mcp.example.com/mcp'],
    ['https://mcp.example.com/', 'https://mcp.example.com'],
    ['https://mcp.example.com', 'https://mcp.example.com'],
    ['https://mcp.example.com/mcp/', 'https://mcp.example.com/mcp/'],
    ['https://mcp.example.com/?a=1', 'https://mcp.example.com/?a=1'],
    ['https://mcp.example.com/a/../mcp', 'https://mcp.example.com/mcp'],
    ['http://[::1]:3000/mcp', 'http://[::1]:3000/mcp'],
  ])('%s is %s', (value, resource) => {
    expect(parseResourceIdentifier(value)?.resource).toBe(resource)
  })

  test.each([
    '',
    'mcp.example.com/mcp',
    '//mcp.example.com/mcp',
    'https:mcp.example.com',
    'https:/mcp.example.com',
    'https://',
    'https://mcp.example.com/mcp#',
    'https://mcp.example.com/mcp#x',
    'https://user@mcp.example.com/mcp',
    'https://:secret@mcp.example.com/mcp',
    'https://mcp.example.com/a b',
    'https://mcp.example.com/a"b',
    'https://mcp.example.com\\mcp',
    'https://mcp.example.com/ä',
    ' https://mcp.example.com/mcp',
    'https://mcp.example.com/mcp\n',
    'javascript:alert(1)',
    'file:///mcp',
    'urn:mcp',
    'ftp://mcp.example.com/https://mcp.example.com',
  ])('%j is none', (value) => {
    expect(parseResourceIdentifier(value)).toBeUndefined()
  })
})

describe('parseIssuerIdentifier', () => {
  test.each([
    'https://as.example.com',
    'https://as.example.com/',
    'https://as.example.com/realms/A',
  ])('%s is one', (value) => {
    expect(parseIssuerIdentifier(value)?.href).toBe(new URL(value).href)
  })

  test.each([
    'https://as.example.com?',
    'https://as.example.com/?a=1',
    'https://as.example.com#',
    'as',
  ])('%s is none', (value) => {
    expect(parseIssuerIdentifier(value)).toBeUndefined()
  })
})

test.each([
  ['https://h.example', 'https://h.example/.well-known/x'],
  ['https://h.example/', 'https://h.example/.well-known/x'],
  ['https://h.example/a/mcp', 'https://h.example/.well-known/x/a/mcp'],
  ['https://h.example/mcp/', 'https://h.example/.well-known/x/mcp/'],
  ['https://h.example:8443/mcp?a=1', 'https://h.example:8443/.well-known/x/mcp?a=1'],
])('the well-known URL of %s is %s', (identifier, expected) => {
  expect(wellKnownUrl(new URL(identifier), 'x')).toBe(expected)
})

test.each([
  [
    'https://as.example.com',
    [
      'https://as.example.com/.well-known/oauth-authorization-server',
      'https://as.example.com/.well-known/openid-configuration',
    ],
  ],
  [
    'https://as.example.com/t1/',
    [
      'https://as.example.com/.well-known/oauth-authorization-server/t1',
      'https://as.example.com/.well-known/openid-configuration/t1',
      'https://as.example.com/t1/.well-known/openid-configuration',
    ],
  ],
])('the metadata of %s is looked for in the order of MCP', (issuer, expected) => {
  expect(serverMetadataUrls(new URL(issuer))).toEqual(expected)
})
