import { auth0, github, google, keycloak, okta } from 'mcp-gatehouse/providers'
import {
  type EmulatedProvider,
  startAuth0,
  startGithub,
  startGoogle,
  startKeycloak,
  startOkta,
} from 'mcp-gatehouse/testing'
import { describe, expect, test } from 'vitest'
import {
  accessTokenOf,
  clientOf,
  gateTools,
  open,
  RESOURCE,
  throughOurServer,
} from './gate-world.ts'

const READ_WRITE = ['notes:read', 'notes:write'] as const

describe('Keycloak', () => {
  const signIn = (provider: EmulatedProvider, scopes: readonly string[]) =>
    accessTokenOf(keycloak({ issuer: provider.issuer, ...clientOf(provider), scopes }))

  test('a token that a mapper made for us, with roles of the realm and of a client', async () => {
    const provider = await open(startKeycloak({ audience: RESOURCE }))
    const gate = gateTools(keycloak.issuer({ issuer: provider.issuer }), READ_WRITE, {
      singleAudience: true,
    })
    const token = await signIn(provider, ['profile', 'notes:read'])
    const admitted = await gate.call('find_notes', token)
    expect(admitted).toMatchObject({
      status: 200,
      principal: {
        kind: 'user',
        issuer: provider.issuer,
        clientId: provider.clientId,
        roles: new Set(['admin', 'user', 'notes/editor']),
      },
    })
    const refused = await gate.call('write_note', token)
    expect([refused.status, refused.challenge]).toEqual([
      403,
      expect.stringContaining('scope="openid notes:read notes:write"'),
    ])
  })

  test('a token for account alone is refused', async () => {
    const provider = await open(startKeycloak())
    const gate = gateTools(keycloak.issuer({ issuer: provider.issuer }), READ_WRITE)
    const token = await signIn(provider, ['notes:read'])
    expect((await gate.call('find_notes', token)).status).toBe(401)
  })
})

describe('Auth0', () => {
  const signIn = (provider: EmulatedProvider, scopes: readonly string[], audience?: string) =>
    accessTokenOf(
      auth0({
        domain: provider.issuer,
        ...clientOf(provider),
        scopes,
        ...(audience !== undefined && { audience }),
      }),
    )

  test('permissions become scopes of the policy, and are asked for as scopes', async () => {
    const provider = await open(startAuth0({ audience: RESOURCE }))
    const server = auth0.issuer({
      domain: provider.issuer,
      rolesClaim: 'https://acme.example/roles',
      scopes: {
        'notes:read': { permission: 'read:notes' },
        'notes:write': { permission: 'write:notes' },
      },
    })
    const gate = gateTools(server, READ_WRITE, { singleAudience: true })
    const token = await signIn(provider, ['profile'], RESOURCE)
    expect(await gate.call('find_notes', token)).toMatchObject({
      status: 200,
      principal: {
        tenant: 'org_9ybsU1dN2dKfDkBi',
        clientId: provider.clientId,
        roles: new Set(['editor']),
        permissions: new Set(['read:notes']),
      },
    })
    expect(await gate.call('write_note', token)).toMatchObject({
      status: 403,
      challenge: expect.stringContaining('scope="read:notes openid write:notes"') as string,
    })
  })

  test('a token without audience is opaque, and refused', async () => {
    const provider = await open(startAuth0({ audience: RESOURCE }))
    const gate = gateTools(auth0.issuer({ domain: provider.issuer }), READ_WRITE)
    const token = await signIn(provider, ['profile'])
    expect(token.split('.')).toHaveLength(1)
    expect((await gate.call('find_notes', token)).status).toBe(401)
  })

  test('a token for another API is refused', async () => {
    const provider = await open(startAuth0())
    const gate = gateTools(auth0.issuer({ domain: provider.issuer }), READ_WRITE)
    const token = await signIn(provider, ['read:notes'], 'https://api.example.com/')
    expect((await gate.call('find_notes', token)).status).toBe(401)
  })
})

describe('Okta', () => {
  const serve = async (audience?: string) => {
    const provider = await open(startOkta({ audience }))
    const where = { domain: new URL(provider.issuer).origin, authorizationServer: 'default' }
    const upstream = okta({ ...where, ...clientOf(provider), scopes: ['profile', 'notes:read'] })
    return { provider, token: await accessTokenOf(upstream), where }
  }

  test('scp, cid and groups; a group can be a scope', async () => {
    const { provider, token, where } = await serve(RESOURCE)
    const scopes = { 'notes:write': { group: 'Admins' } }
    const gate = gateTools(okta.issuer({ ...where, scopes }), READ_WRITE)
    expect(await gate.call('find_notes', token)).toMatchObject({
      status: 200,
      principal: {
        subject: 'alice@example.com',
        clientId: provider.clientId,
        scopes: new Set(['openid', 'notes:read']),
        roles: new Set(['Everyone', 'Editors']),
      },
    })
    expect((await gate.call('write_note', token)).status).toBe(403)
  })

  test('a token for api://default is refused, unless that is named', async () => {
    const { token, where } = await serve()
    const strict = gateTools(okta.issuer(where), READ_WRITE)
    expect((await strict.call('find_notes', token)).status).toBe(401)
    const named = gateTools(okta.issuer({ ...where, audience: 'api://default' }), READ_WRITE)
    expect((await named.call('find_notes', token)).status).toBe(200)
  })

  test('a client that nobody registered cannot register itself', async () => {
    const { provider } = await serve()
    const response = await fetch(`${provider.issuer}/.well-known/openid-configuration`)
    const { registration_endpoint: endpoint } = (await response.json()) as Record<string, string>
    const refused = await fetch(endpoint ?? '', { method: 'POST', body: '{}' })
    expect(refused.status).toBe(401)
  })
})

describe('providers whose tokens are for themselves', () => {
  test('Google signs users in, and the tool sees the organization', async () => {
    const { principal, upstreamToken } = await throughOurServer(
      startGoogle,
      (provider) => ({
        ...google({ ...clientOf(provider), offline: true }),
        issuer: provider.issuer,
      }),
      'google',
    )
    expect(principal).toMatchObject({ kind: 'user', tenant: 'example.com' })
    expect(upstreamToken.split('.')).toHaveLength(1)
  })

  test('GitHub signs users in by their number', async () => {
    const { principal } = await throughOurServer(
      startGithub,
      (provider) =>
        github({ ...clientOf(provider), baseUrl: provider.issuer, apiUrl: provider.issuer }),
      'github',
    )
    expect(principal).toMatchObject({ kind: 'user', claims: { name: 'Alice Liddell' } })
  })
})

test.each([
  ['keycloak', startKeycloak, (issuer: string) => keycloak.issuer({ issuer })],
  ['auth0', startAuth0, (issuer: string) => auth0.issuer({ domain: issuer })],
])(
  'a token of one provider is refused with the profile of another: %s',
  async (_name, start, accept) => {
    const [own, other] = [await open(start()), await open(startOkta({ audience: RESOURCE }))]
    const where = { domain: new URL(other.issuer).origin, authorizationServer: 'default' }
    const token = await accessTokenOf(okta({ ...where, ...clientOf(other) }))
    expect((await gateTools(accept(own.issuer), READ_WRITE).call('find_notes', token)).status).toBe(
      401,
    )
  },
)
