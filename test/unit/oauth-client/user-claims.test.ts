import { createPrincipal } from 'mcp-gatehouse/testing'
import { expect, test } from 'vitest'
import { accountIdOf, accountOf } from '../../../src/authorization-server/upstream/account-id.ts'
import { DEFAULT_CLAIM_NAMES, mapUserClaims } from '../../../src/oauth-client/user-claims.ts'

test('claims are found by name, by path, and by the first of several that is there', () => {
  const upstream = {
    realm_access: { roles: ['admin', 5, '', 'user'] },
    'https://example.com/tenant': 'acme',
    login: 'alice',
  }
  const names = {
    roles: 'realm_access.roles',
    tenant: 'https://example.com/tenant',
    name: ['name', 'login'],
    none: 'realm_access.constructor.name',
  }
  expect(mapUserClaims(upstream, names)).toEqual({
    roles: ['admin', 'user'],
    tenant: 'acme',
    name: 'alice',
  })
})

test.each([
  [{ email: 'a@example.com' }, { email: 'a@example.com' }],
  [{ email: 'a@example.com', email_verified: true }, { email: 'a@example.com' }],
  [{ email: 'a@example.com', email_verified: false }, {}],
  [{ email: 'a@example.com', email_verified: 'false' }, {}],
  [{ name: 5, roles: {}, tid: null, hd: 'x'.repeat(1_025) }, {}],
  [{ roles: Array.from({ length: 300 }, String) }, { roles: Array.from({ length: 200 }, String) }],
])('%j becomes %j', (upstream, claims) => {
  expect(mapUserClaims(upstream, DEFAULT_CLAIM_NAMES)).toEqual(claims)
})

test('an account is issuer and subject, whatever stands in them', () => {
  const ids = [
    { issuer: 'https://a.example', subject: 'b' },
    { issuer: 'https://a.example', subject: 'B' },
    { issuer: 'https://a.example/', subject: 'b' },
    { issuer: 'https://b.example', subject: 'b' },
  ].map(accountIdOf)
  expect(new Set(ids).size).toBe(ids.length)
  // echo -ne 'https://a.example\nb' | openssl dgst -sha256 -binary | basenc --base64url
  expect(ids[0]).toBe('kofIhCgBv_gwXU3z7CkL8bu9kpLJexprxs57SfEwKN0')
})

test('a caller has an account by being a user of our own issuer', () => {
  const issuer = 'https://as.example'
  expect(accountOf(createPrincipal({ sub: 'a', client_id: 'c' }, issuer), issuer)).toBe('a')
  for (const stranger of [
    createPrincipal({ sub: 'a', client_id: 'c' }, 'https://as.example/'),
    createPrincipal({ sub: 'a', client_id: 'c' }, 'https://other.example'),
    createPrincipal({ sub: 'a', client_id: 'a' }, issuer),
    createPrincipal({ client_id: 'a' }, issuer),
  ]) {
    expect(accountOf(stranger, issuer)).toBeUndefined()
  }
})
