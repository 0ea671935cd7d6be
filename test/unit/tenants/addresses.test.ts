import { describe, expect, test } from 'vitest'
import { parseAddresses } from '../../../src/tenants/addresses.ts'

describe('tenants by host', () => {
  const { issuerOf, tenantOf, locate } = parseAddresses(
    'https://{tenant}.mcp.example.com/as',
    false,
  )

  test('have the id as the first label', () => {
    expect(issuerOf('acme')).toBe('https://acme.mcp.example.com/as')
    expect(tenantOf('https://acme.mcp.example.com/as')).toBe('acme')
  })

  test.each([
    ['acme.mcp.example.com', 'acme'],
    ['ACME.mcp.Example.com:443', 'acme'],
    ['constructor.mcp.example.com', 'constructor'],
    ['mcp.example.com', undefined],
    ['.mcp.example.com', undefined],
    ['a.b.mcp.example.com', undefined],
    ['acme.mcp.example.com.', undefined],
    ['acme.mcp.example.com.evil.example', undefined],
    ['acme-mcp.example.com', undefined],
    ['__proto__.mcp.example.com', undefined],
    ['', undefined],
  ])('the host %j is that of %s', (host, id) => {
    expect(locate([host], '/anything')).toBe(id)
  })

  test('two hosts, or none, are nobody’s', () => {
    expect(locate(['acme.mcp.example.com', 'globex.mcp.example.com'], '/')).toBeUndefined()
    expect(locate([], '/')).toBeUndefined()
  })

  test.each([
    'https://acme.mcp.example.com',
    'https://acme.mcp.example.com/as/',
    'https://acme.mcp.example.com/AS',
    'http://acme.mcp.example.com/as',
    'https://Acme.mcp.example.com/as',
    'https://../x.mcp.example.com/as',
    'x',
  ])('%s is no issuer of a tenant', (issuer) => {
    expect(tenantOf(issuer)).toBeUndefined()
  })
})

describe('tenants by path', () => {
  const { issuerOf, locate } = parseAddresses('https://example.com/t/{tenant}', false)

  test.each([
    ['/t/acme', 'acme'],
    ['/t/acme/authorize', 'acme'],
    ['/.well-known/oauth-authorization-server/t/acme', 'acme'],
    ['/.well-known/openid-configuration/t/acme', 'acme'],
    ['/.well-known/oauth-protected-resource/t/acme/mcp', 'acme'],
    ['/t/acme/.well-known/openid-configuration', 'acme'],
    ['/x/t/acme', undefined],
    ['/T/acme', undefined],
    ['/t/', undefined],
    ['/t/../acme', undefined],
    ['/t/%61cme', undefined],
    ['/t//acme', undefined],
    ['/t/Acme', undefined],
    ['/.well-known/a/.well-known/b/t/acme', undefined],
  ])('the path %s is that of %s', (path, id) => {
    expect(locate(['whatever.example'], path)).toBe(id)
  })

  test('the root can be theirs', () => {
    const atRoot = parseAddresses('https://example.com/{tenant}/as', false)
    expect(atRoot.issuerOf('acme')).toBe('https://example.com/acme/as')
    expect(atRoot.locate([], '/acme/as/token')).toBe('acme')
    expect(issuerOf('a')).toBe('https://example.com/t/a')
  })
})

test.each([
  undefined,
  'https://example.com',
  'https://{tenant}',
  'https://{tenant}example.com',
  'https://example.{tenant}.com',
  'https://example.com/t-{tenant}',
  'https://example.com/{tenant}x',
  'https://{tenant}.example.com/{tenant}',
  'https://example.com/?t={tenant}',
  'https://example.com/#/{tenant}',
  '{tenant}.example.com',
])('%s is no pattern', (pattern) => {
  expect(() => parseAddresses(pattern, false)).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIG_ISSUER_INVALID' }),
  )
})

test('http is for loopback addresses, where that is allowed', () => {
  expect(() => parseAddresses('http://127.0.0.1:4000/t/{tenant}', false)).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIG_NOT_HTTPS' }),
  )
  expect(parseAddresses('http://127.0.0.1:4000/t/{tenant}', true).issuerOf('a')).toBe(
    'http://127.0.0.1:4000/t/a',
  )
})
