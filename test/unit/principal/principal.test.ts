import { describe, expect, test } from 'vitest'
import {
  buildPrincipal,
  type MappedClaims,
  type Principal,
  type TokenClaims,
} from '../../../src/principal/index.ts'

const ISSUER = 'https://as.example.com'

function build(claims: TokenClaims, mapped: MappedClaims = {}): Principal {
  const principal = buildPrincipal(ISSUER, claims, mapped, claims)
  if (principal === undefined) throw new Error('no principal')
  return principal
}

describe('who it is', () => {
  test('a subject is a user', () => {
    const claims = {
      sub: 'alice',
      client_id: 'app',
      scope: 'a b',
      tid: 'acme',
      roles: ['editor'],
      permissions: ['p'],
      acr: 'mfa',
      auth_time: 1_800_000_000,
    }
    expect(build(claims)).toEqual({
      kind: 'user',
      id: '["https://as.example.com","acme","user","alice"]',
      issuer: ISSUER,
      tenant: 'acme',
      subject: 'alice',
      clientId: 'app',
      scopes: new Set(['a', 'b']),
      roles: new Set(['editor']),
      permissions: new Set(['p']),
      acr: 'mfa',
      authTime: 1_800_000_000,
      claims,
    })
  })

  test('a subject without a client is a user', () => {
    expect(build({ sub: 'alice' })).toMatchObject({
      kind: 'user',
      clientId: undefined,
      tenant: undefined,
    })
  })

  test.each([
    ['no subject', { client_id: 'app' }],
    ['the client as subject', { sub: 'app', client_id: 'app' }],
    ['an empty subject', { sub: '', client_id: 'app' }],
  ])('%s is a client acting for itself', (_what, claims) => {
    expect(build(claims)).toMatchObject({
      kind: 'client',
      id: '["https://as.example.com",null,"client","app"]',
      subject: undefined,
      clientId: 'app',
    })
  })

  test('a subject that a mapping says is the client is a client, and has to have one', () => {
    const claims = { sub: 'app@clients', azp: 'app' }
    expect(build(claims, { subjectIsClient: true })).toMatchObject({
      kind: 'client',
      id: '["https://as.example.com",null,"client","app"]',
      subject: undefined,
      clientId: 'app',
    })
    expect(build(claims, { subjectIsClient: false }).kind).toBe('user')
    expect(build({ sub: 'app', azp: 'app' }, { subjectIsClient: false }).kind).toBe('client')
    const nameless = { sub: 'app@clients' }
    for (const mapped of [{}, { clientId: '' }]) {
      const options = { ...mapped, subjectIsClient: true }
      expect(buildPrincipal(ISSUER, nameless, options, nameless)).toBeUndefined()
    }
  })

  test.each([[{}], [{ sub: 7 }], [{ client_id: ['app'] }], [{ sub: '', client_id: '' }]])(
    '%j names nobody',
    (claims) => {
      expect(buildPrincipal(ISSUER, claims, {}, claims)).toBeUndefined()
    },
  )
})

describe('the id', () => {
  test('a user and a client of the same name are two', () => {
    expect(build({ sub: 'x' }).id).not.toBe(build({ client_id: 'x' }).id)
  })

  test('issuer, tenant and subject are kept apart, whatever they contain', () => {
    const ids = [
      buildPrincipal('https://a', { sub: 'x', tid: 'b' }, {}, {}),
      buildPrincipal('https://a', { sub: 'b","user","x' }, {}, {}),
      buildPrincipal('https://a', { sub: 'x' }, {}, {}),
      buildPrincipal('https://a', { sub: 'x', tid: 'null' }, {}, {}),
      buildPrincipal('https://a","b', { sub: 'x' }, {}, {}),
      buildPrincipal('https://b', { sub: 'x' }, {}, {}),
    ].map((principal) => principal?.id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('where issuers put things', () => {
  test.each<[TokenClaims, string[]]>([
    [{ scope: 'a b' }, ['a', 'b']],
    [{ scope: ['a', 'b'] }, ['a', 'b']],
    [{ scopes: 'a' }, ['a']],
    [{ scp: ['a'] }, ['a']],
    [{ scp: 'a b' }, ['a', 'b']],
    [{ scope: 'a', scopes: ['b'], scp: 'c' }, ['a']],
    [{ scope: '', scp: 'c' }, []],
    [{}, []],
  ])('scopes of %j', (claims, expected) => {
    expect(build({ sub: 's', ...claims }).scopes).toEqual(new Set(expected))
  })

  test.each<[TokenClaims, string | undefined]>([
    [{ client_id: 'a', azp: 'b' }, 'a'],
    [{ azp: 'b' }, 'b'],
    [{ appid: 'c' }, 'c'],
    [{ cid: 'd' }, 'd'],
    [{ client_id: 7, azp: 'b' }, 'b'],
    [{}, undefined],
  ])('client of %j', (claims, expected) => {
    expect(build({ sub: 's', ...claims }).clientId).toBe(expected)
  })

  test.each<[TokenClaims, string | undefined]>([
    [{ tid: 'a' }, 'a'],
    [{ org_id: 'b' }, 'b'],
    [{ tenant_id: 'c' }, 'c'],
    [{ tid: 'a', org_id: 'b' }, 'a'],
    [{ tid: ['a'] }, undefined],
  ])('tenant of %j', (claims, expected) => {
    expect(build({ sub: 's', ...claims }).tenant).toBe(expected)
  })

  test.each<[unknown, string[]]>([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    ['a', ['a']],
    [['a', 7, null, ['b']], ['a']],
    [{ a: true }, []],
    [7, []],
    [null, []],
  ])('roles and permissions %j', (value, expected) => {
    const { roles, permissions } = build({ sub: 's', roles: value, permissions: value })
    expect([roles, permissions]).toEqual([new Set(expected), new Set(expected)])
  })
})

describe('a mapping', () => {
  const claims = { sub: 's', client_id: 'app', scope: 'a', roles: ['r'], tid: 't' }

  test('replaces what it names', () => {
    const mapped = {
      scopes: new Set(['m']),
      roles: ['mr'],
      permissions: new Set(['mp']),
      tenant: 'mt',
      clientId: 'mc',
    }
    expect(build(claims, mapped)).toMatchObject({
      id: '["https://as.example.com","mt","user","s"]',
      scopes: new Set(['m']),
      roles: new Set(['mr']),
      permissions: new Set(['mp']),
      tenant: 'mt',
      clientId: 'mc',
    })
  })

  test('leaves the rest', () => {
    expect(build(claims, { roles: [] })).toMatchObject({
      scopes: new Set(['a']),
      roles: new Set(),
      tenant: 't',
      clientId: 'app',
    })
  })

  test('cannot grant what is no scope-token', () => {
    expect(build(claims, { scopes: ['ok', 'not ok', ''] }).scopes).toEqual(new Set(['ok']))
  })
})
