import { auth0, entra, keycloak } from 'mcp-gatehouse/providers'
import { describe, expect, test } from 'vitest'

const TENANT = '11111111-2222-3333-4444-555555555555'
const SERVICE_ACCOUNT = {
  azp: 'Notes',
  client_id: 'Notes',
  preferred_username: 'service-account-notes',
}

describe('a client that acts for itself:', () => {
  const { mapClaims } = keycloak.issuer({ issuer: 'https://id.example.com/realms/a' })
  test('a service account of Keycloak, whose user name is in lower case', () => {
    expect(mapClaims(SERVICE_ACCOUNT)).toMatchObject({ clientId: 'Notes', subjectIsClient: true })
  })

  test.each([
    ['somebody who registered that name', { client_id: undefined }],
    ['somebody with a mapper for client_id', { preferred_username: 'alice' }],
    ['a service account of another client', { preferred_username: 'service-account-other' }],
    ['a token that another client exchanged', { azp: 'other' }],
    ['no client', { azp: undefined, client_id: undefined }],
    ['a client without a name', { azp: '', client_id: '', preferred_username: 'service-account-' }],
  ])('not %s', (_what, claims) => {
    expect(mapClaims({ ...SERVICE_ACCOUNT, ...claims })).not.toHaveProperty('subjectIsClient')
  })
})

test.each([
  [{ sub: 'app@clients', azp: 'app' }, true],
  [{ sub: 'app@clients', client_id: 'app' }, true],
  [{ sub: 'other@clients', azp: 'app' }, undefined],
  [{ sub: 'auth0|app@clients', azp: 'app' }, undefined],
  [{ sub: 'undefined@clients' }, undefined],
])('Auth0: %j', (claims, expected) => {
  expect(auth0.issuer({ domain: 'a.auth0.com' }).mapClaims(claims).subjectIsClient).toBe(expected)
})

test.each([
  [{ idtyp: 'app', azp: 'a' }, true],
  [{ idtyp: 'app', appid: 'a' }, true],
  [{ idtyp: 'user', azp: 'a' }, undefined],
  [{ azp: 'a', roles: ['Notes.Read.All'] }, undefined],
])('Entra ID: %j', (claims, expected) => {
  const { mapClaims } = entra.issuer({ tenant: TENANT, clientId: 'api' })
  expect(mapClaims(claims).subjectIsClient).toBe(expected)
})
