import { describe, expect, test } from 'vitest'
import { startTokenGate } from './support/token-gate.ts'

describe('SEC-011 no critical extension is understood, so every crit is refused', () => {
  const HEADERS: readonly (readonly [string, object])[] = [
    ['an unknown one', { crit: ['foo'], foo: 1 }],
    ['an unknown one that is absent', { crit: ['foo'] }],
    ['b64 with b64: false', { crit: ['b64'], b64: false }],
    ['b64 with b64: true', { crit: ['b64'], b64: true }],
    ['a registered claim', { crit: ['exp'] }],
    ['an empty list', { crit: [] }],
    ['a string', { crit: 'exp' }],
    ['the same one twice', { crit: ['exp', 'exp'] }],
    ['null', { crit: null }],
  ]

  test.each(HEADERS)('SEC-011 crit: %s', async (_name, header) => {
    const gate = await startTokenGate()
    expect(await gate.ask(gate.token({}, { ...header }))).toEqual(gate.refused('crit'))
    expect(gate.issuer.requests).toEqual([])
  })
})

describe('SEC-012 an ID token is no access token', () => {
  const ID_TOKEN = { aud: 'client-1', nonce: 'n-0S6_WzA2Mj', at_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng' }

  test.each([
    ['a nonce', { ...ID_TOKEN }, 'typ'],
    ['a nonce and our audience', { aud: 'https://h/mcp', nonce: 'n' }, 'typ'],
    ['an at_hash and our audience', { aud: 'https://h/mcp', at_hash: 'h' }, 'typ'],
    ['a c_hash and our audience', { aud: 'https://h/mcp', c_hash: 'h' }, 'typ'],
    ['token_use of Cognito', { aud: 'https://h/mcp', token_use: 'id' }, 'typ'],
    ['the typ claim of Keycloak', { aud: 'https://h/mcp', typ: 'ID' }, 'typ'],
    ['nothing but its audience', { aud: 'client-1' }, 'aud'],
  ] as const)('SEC-012 told by %s', async (_name, claims, reason) => {
    for (const typ of ['JWT', undefined]) {
      const gate = await startTokenGate()
      expect(await gate.ask(gate.token(claims, { typ }))).toEqual(gate.refused(reason))
    }
  })

  const ACCESS_TOKEN_TYPES = ['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/At+Jwt']

  test.each(ACCESS_TOKEN_TYPES)('SEC-012 requireAtJwt admits %s', async (typ) => {
    const gate = await startTokenGate({ server: { requireAtJwt: true } })
    expect(await gate.ask(gate.token({}, { typ }))).toEqual(gate.admitted())
  })

  test.each(['JWT', 'jwt', 'application/jwt', 'at+jwt ', 'x/at+jwt', '', undefined])(
    'SEC-012 requireAtJwt refuses %s',
    async (typ) => {
      const gate = await startTokenGate({ server: { requireAtJwt: true } })
      expect(await gate.ask(gate.token({}, { typ }))).toEqual(gate.refused('typ'))
    },
  )

  test.each([...ACCESS_TOKEN_TYPES, 'JWT', 'jwt', 'application/jwt', undefined])(
    'SEC-012 without requireAtJwt an access token may say %s',
    async (typ) => {
      const gate = await startTokenGate()
      expect(await gate.ask(gate.token({}, { typ }))).toEqual(gate.admitted())
    },
  )
})

describe('SEC-013 other kinds of JWT, signed by the same key, are no access tokens', () => {
  const KINDS: readonly (readonly [string, unknown, object])[] = [
    ['a logout token', 'logout+jwt', { events: { 'http://schemas.openid.net/event': {} } }],
    ['a logout token by its events alone', 'JWT', { events: {} }],
    ['a logout token without typ', undefined, { events: {} }],
    ['a DPoP proof', 'dpop+jwt', { htm: 'POST', htu: 'https://h/mcp' }],
    ['a client assertion', 'client-authentication+jwt', { sub: 'client-1', jti: '1' }],
    ['an ID-JAG', 'oauth-id-jag+jwt', {}],
    ['a security event', 'secevent+jwt', {}],
    ['an introspection response', 'token-introspection+jwt', {}],
    ['a request object', 'oauth-authz-req+jwt', {}],
    ['a state of ours', 'state+jwt', {}],
    ['a consent of ours', 'consent+jwt', {}],
    ['a refresh token of ours', 'rt+jwt', {}],
    ['an identity assertion of ours', 'identity+jwt', {}],
    ['a refresh token of Keycloak', 'JWT', { typ: 'Refresh' }],
    ['an offline token of Keycloak', 'JWT', { typ: 'Offline' }],
    ['a key set', 'jwk-set+json', {}],
    ['a typ that is no string', ['at+jwt'], {}],
    ['a typ that is null', null, {}],
    ['an empty typ', '', {}],
    ['another media type of the same name', 'text/at+jwt', {}],
  ]

  test.each(KINDS)('SEC-013 %s', async (_name, typ, claims) => {
    const gate = await startTokenGate()
    expect(await gate.ask(gate.token({ ...claims }, { typ }))).toEqual(gate.refused('typ'))
  })

  test('SEC-013 a client assertion without typ has an issuer and an audience of its own', async () => {
    const gate = await startTokenGate()
    const assertion = { iss: 'client-1', sub: 'client-1', aud: `${gate.issuer.issuer}/token` }
    expect(await gate.ask(gate.token(assertion, { typ: 'JWT' }))).toEqual(gate.refused('iss'))
    const { sub, aud } = assertion
    expect(await gate.ask(gate.token({ sub, aud }, { typ: 'JWT' }))).toEqual(gate.refused('aud'))
  })
})

describe('SEC-036 a token that is bound to a key is no plain bearer token', () => {
  test.each([
    ['jkt', { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' }],
    ['x5t#S256', { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' }],
    ['both', { jkt: 'a', 'x5t#S256': 'b' }],
    ['a method that is not known here', { osc: {} }],
    ['no method', {}],
    ['a string', 'jkt'],
    ['null', null],
  ])('SEC-036 cnf: %s', async (_name, cnf) => {
    const gate = await startTokenGate()
    expect(await gate.ask(gate.token({ cnf }))).toEqual(gate.refused('binding'))
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
  })
})
