import {
  auth0,
  cognito,
  entra,
  keycloak,
  mapScopes,
  okta,
  prefixedScopes,
  type ScopeMap,
} from 'mcp-gatehouse/providers'
import { describe, expect, test } from 'vitest'

const TENANT = '11111111-2222-3333-4444-555555555555'
const PLACES = {
  scopes: ['scope'],
  roles: ['roles'],
  groups: ['groups'],
  permissions: ['permissions'],
  clientId: [],
  tenant: [],
}

function scopesOf(map: ScopeMap, claims: Readonly<Record<string, unknown>>): readonly string[] {
  return [...(mapScopes(map, { claims: PLACES }).mapClaims(claims).scopes ?? [])].toSorted()
}

describe('tokens', () => {
  test.each<readonly [string, ScopeMap, Readonly<Record<string, unknown>>, readonly string[]]>([
    ['nothing is mapped', {}, { scope: 'a b' }, ['a', 'b']],
    ['another name', { 'notes:read': 'n.r' }, { scope: 'n.r' }, ['n.r', 'notes:read']],
    ['a role', { admin: { role: 'Admin' } }, { roles: ['Admin'] }, ['admin']],
    ['a group', { admin: { group: 'g1' } }, { groups: 'g1' }, ['admin']],
    ['a permission', { admin: { permission: 'all' } }, { permissions: ['all'] }, ['admin']],
    ['one of two', { admin: { role: 'Admin', group: 'g1' } }, { groups: ['g1'] }, ['admin']],
    ['neither', { admin: { role: 'Admin', group: 'g1' } }, { roles: ['admin'] }, []],
    ['of the wrong kind', { admin: { role: 'Admin' } }, { groups: ['Admin'] }, []],
    ['the name of the policy itself', { admin: { role: 'Admin' } }, { scope: 'admin b' }, ['b']],
    ['the name of the policy as its own source', { a: 'a' }, { scope: 'a' }, ['a']],
    ['an empty source', { admin: {} }, { scope: 'admin', roles: [''] }, []],
    ['claims of other types', { admin: { role: '1' } }, { roles: [1, null], scope: 7 }, []],
  ])('%s', (_name, map, claims, scopes) => {
    expect(scopesOf(map, claims)).toEqual(scopes)
  })

  test('names of Object.prototype are no claims', () => {
    const { mapClaims } = mapScopes({}, { claims: { ...PLACES, roles: ['constructor.name'] } })
    expect([...(mapClaims({}).roles ?? [])]).toEqual([])
  })
})

describe('challenges', () => {
  const ask = (map: ScopeMap, scopes: readonly string[], words = {}) =>
    mapScopes(map, { claims: PLACES, ...words }).requestScopes(scopes)

  test('a scope has its name at the provider, and twice the same is asked for once', () => {
    expect(ask({ a: 'x', b: 'x', c: { scope: 'y', role: 'r' } }, ['a', 'b', 'c', 'd'])).toEqual([
      'x',
      'y',
      'd',
    ])
  })

  test('roles, groups and permissions cannot be asked for', () => {
    const map = { a: { role: 'r' }, b: { group: 'g' }, c: { permission: 'p' } }
    expect(ask(map, ['a', 'b', 'c'])).toEqual([])
    expect(ask(map, ['a', 'b', 'c'], { permissionsAreScopes: true })).toEqual(['p'])
  })

  test('a prefix is put before scopes of a resource, once, and before none of OpenID Connect', () => {
    const words = prefixedScopes('api://x/')
    expect(ask({}, ['a', 'api://x/b', 'openid', 'offline_access'], words)).toEqual([
      'api://x/a',
      'api://x/b',
      'openid',
      'offline_access',
    ])
  })
})

describe('there and back', () => {
  test('Entra ID: api://…/name is asked for, and name comes in scp', () => {
    const { mapClaims, requestScopes } = entra.issuer({
      tenant: TENANT,
      clientId: 'api-1',
      scopes: { 'notes:read': 'Notes.Read', 'notes:admin': { role: 'Notes.Admin' } },
    })
    expect(requestScopes(['notes:read', 'notes:admin'])).toEqual(['api://api-1/Notes.Read'])
    const mapped = mapClaims({ scp: 'Notes.Read', roles: ['Notes.Admin'] })
    expect([...(mapped.scopes ?? [])]).toEqual(['notes:read', 'notes:admin', 'Notes.Read'])
  })

  test('Auth0: a permission is asked for as a scope', () => {
    const { mapClaims, requestScopes } = auth0.issuer({
      domain: 'a.auth0.com',
      scopes: { 'notes:read': { permission: 'read:notes' } },
    })
    expect(requestScopes(['notes:read'])).toEqual(['read:notes'])
    expect([...(mapClaims({ permissions: ['read:notes'] }).scopes ?? [])]).toEqual(['notes:read'])
    expect([...(mapClaims({ scope: 'read:notes' }).scopes ?? [])]).toEqual(['read:notes'])
  })

  test('Okta: scp is a list, and a group can be a scope', () => {
    const { mapClaims } = okta.issuer({
      domain: 'a.okta.com',
      scopes: { 'notes:admin': { group: 'Editors' } },
    })
    const mapped = mapClaims({ scp: ['notes:read'], groups: ['Editors'], cid: 'c' })
    expect([...(mapped.scopes ?? [])]).toEqual(['notes:admin', 'notes:read'])
    expect(mapped.clientId).toBe('c')
  })

  test('Keycloak: roles of the realm and of a client', () => {
    const { mapClaims } = keycloak.issuer({
      issuer: 'https://id.example.com/realms/a',
      scopes: { 'notes:admin': { role: 'notes/admin' }, 'notes:read': { role: 'user' } },
    })
    const claims = {
      realm_access: { roles: ['user', 'admin'] },
      resource_access: { notes: { roles: ['admin'] } },
    }
    expect([...(mapClaims(claims).scopes ?? [])]).toEqual(['notes:admin', 'notes:read'])
  })

  test('Cognito: the resource server stands before the name on both ways', () => {
    const { mapClaims, requestScopes } = cognito.issuer({
      region: 'eu-central-1',
      userPoolId: 'eu-central-1_A',
      resourceServer: 'https://mcp.example.com/mcp',
    })
    expect(requestScopes(['read', 'https://other/read'])).toEqual([
      'https://mcp.example.com/mcp/read',
      'https://other/read',
    ])
    expect(requestScopes(['aws.cognito.signin.user.admin'])).toEqual([
      'aws.cognito.signin.user.admin',
    ])
    const scope = 'openid https://mcp.example.com/mcp/read https://other/read'
    expect([...(mapClaims({ scope }).scopes ?? [])]).toEqual([
      'openid',
      'read',
      'https://other/read',
    ])
  })
})
