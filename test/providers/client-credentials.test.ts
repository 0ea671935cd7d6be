import type { Principal, ResourceServerOptions } from 'mcp-gatehouse'
import { auth0, entra, keycloak } from 'mcp-gatehouse/providers'
import type { EmulatedProvider } from 'mcp-gatehouse/testing'
import { startAuth0, startEntra, startKeycloak } from 'mcp-gatehouse/testing'
import { expect, test } from 'vitest'
import { grantClientCredentials } from './client-credentials.ts'
import { accessTokenOf, clientOf, gateTools, open, RESOURCE } from './gate-world.ts'

type Server = ResourceServerOptions['authorizationServers'][number]

const READ_WRITE = ['notes:read', 'notes:write'] as const

/** Whom a token of alice and one of the client itself are for, through the whole gate. */
async function expectClient(
  { clientId, issuer }: EmulatedProvider,
  server: Server,
  tokens: { readonly user: string; readonly client: string },
): Promise<Principal | undefined> {
  const call = (options: Partial<ResourceServerOptions>, token: string) =>
    gateTools(server, READ_WRITE, options).call('find_notes', token)
  const usersOnly = { policy: { tools: { find_notes: { allowClients: false } } } }
  for (const options of [{}, { requireSubject: true }, usersOnly]) {
    const { status, principal } = await call(options, tokens.user)
    expect([status, principal?.kind, principal?.clientId]).toEqual([200, 'user', clientId])
  }
  const { status, principal } = await call({}, tokens.client)
  expect(status).toBe(200)
  expect(principal).toMatchObject({ kind: 'client', subject: undefined, clientId, issuer })
  expect((await call({ requireSubject: true }, tokens.client)).status).toBe(401)
  expect((await call(usersOnly, tokens.client)).principal).toBeUndefined()
  return principal
}

// https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles
test.each([
  ['Auth0 profile', (id: string) => ({ azp: id, gty: 'client-credentials' })],
  ['RFC 9068 profile', (id: string) => ({ client_id: id, jti: '73WakrfVbNJBaAmhQtEeDv' })],
])('Auth0: a client is <client id>@clients (%s)', async (_name, own) => {
  const provider = await open(startAuth0({ audience: RESOURCE }))
  const domain = provider.issuer
  const upstream = auth0({ domain, ...clientOf(provider), audience: RESOURCE })
  const user = await accessTokenOf(upstream)
  const client = await grantClientCredentials(provider, ({ id }) => ({
    sub: `${id}@clients`,
    aud: RESOURCE,
    scope: 'read:notes',
    ...own(id),
  }))
  const permissions = { 'notes:read': { permission: 'read:notes', scope: 'read:notes' } }
  await expectClient(provider, auth0.issuer({ domain, scopes: permissions }), { user, client })
})

// https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
test('Entra ID: a client has idtyp, and looks like a person without it', async () => {
  const provider = await open(startEntra())
  const { clientId } = provider
  const { origin: authority, pathname } = new URL(provider.issuer)
  const where = { authority, tenant: pathname.split('/')[1] ?? '' }
  const scopes = [`api://${clientId}/Notes.Read`]
  const user = await accessTokenOf(entra({ ...where, ...clientOf(provider), scopes }))
  const claims = (more: object) => () => ({
    aud: clientId,
    azp: clientId,
    azpacr: '1',
    oid: '6f2c3f0e-2222-4222-8222-777788889999',
    sub: '6f2c3f0e-2222-4222-8222-777788889999',
    tid: where.tenant,
    roles: ['Notes.Read.All'],
    ver: '2.0',
    ...more,
  })
  const server = entra.issuer({
    ...where,
    clientId,
    scopes: { 'notes:read': { scope: 'Notes.Read', role: 'Notes.Read.All' } },
  })
  const client = await grantClientCredentials(provider, claims({ idtyp: 'app' }))
  const principal = await expectClient(provider, server, { user, client })
  expect(principal?.id).toBe(
    JSON.stringify([provider.issuer, where.tenant, 'client', provider.clientId]),
  )
  const unmarked = await grantClientCredentials(provider, claims({}))
  const admitted = await gateTools(server, READ_WRITE).call('find_notes', unmarked)
  expect([admitted.status, admitted.principal?.kind]).toEqual([200, 'user'])
})

// ClientCredentialsGrantType and OIDCLoginProtocolFactory of https://github.com/keycloak/keycloak.
test('Keycloak: a service account is a client', async () => {
  const provider = await open(startKeycloak({ audience: RESOURCE }))
  const { issuer } = provider
  const scopes = ['profile', 'notes:read']
  const user = await accessTokenOf(keycloak({ issuer, ...clientOf(provider), scopes }))
  const client = await grantClientCredentials(provider, ({ id }) => ({
    sub: 'f3a1c2d4-0000-4000-8000-0000000005ac',
    aud: [RESOURCE, 'account'],
    typ: 'Bearer',
    azp: id,
    client_id: id,
    clientHost: '127.0.0.1',
    clientAddress: '127.0.0.1',
    preferred_username: `service-account-${id}`,
    scope: 'openid profile notes:read',
  }))
  await expectClient(provider, keycloak.issuer({ issuer }), { user, client })
})
