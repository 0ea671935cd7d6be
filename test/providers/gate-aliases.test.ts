import { cognito, entra, scalekit } from 'mcp-gatehouse/providers'
import { startCognito, startEntra, startScalekit } from 'mcp-gatehouse/testing'
import { describe, expect, test } from 'vitest'
import {
  accessTokenOf,
  clientOf,
  gateTools,
  open,
  RESOURCE,
  tokenForResource,
} from './gate-world.ts'

const READ_WRITE = ['notes:read', 'notes:write'] as const

describe('Entra ID', () => {
  const serve = async (version: 1 | 2) => {
    const provider = await open(startEntra({ version }))
    const { origin, pathname } = new URL(provider.issuer)
    const where = { authority: origin, tenant: pathname.split('/')[1] ?? '' }
    const upstream = entra({
      ...where,
      ...clientOf(provider),
      scopes: [`api://${provider.clientId}/Notes.Read`],
    })
    return { provider, token: await accessTokenOf(upstream), where }
  }

  test.each([1, 2] as const)(
    'version %i: scp, roles, tid and client; challenges have api://…',
    async (version) => {
      const { provider, token, where } = await serve(version)
      const server = entra.issuer({
        ...where,
        version,
        clientId: provider.clientId,
        scopes: { 'notes:read': 'Notes.Read', 'notes:write': 'Notes.Write' },
      })
      const gate = gateTools(server, READ_WRITE, { singleAudience: true })
      expect(await gate.call('find_notes', token)).toMatchObject({
        status: 200,
        principal: {
          tenant: where.tenant,
          clientId: provider.clientId,
          roles: new Set(['Tools.Admin']),
        },
      })
      const api = `api://${provider.clientId}`
      expect((await gate.call('write_note', token)).challenge).toContain(
        `scope="${api}/Notes.Read ${api}/Notes.Write"`,
      )
      expect(await gate.metadata()).toMatchObject({
        authorization_servers: [provider.issuer],
        scopes_supported: [`${api}/Notes.Read`],
      })
    },
  )

  test.each([
    [1, 2],
    [2, 1],
  ] as const)('a token of version %i is refused where %i is expected', async (is, expected) => {
    const { provider, token, where } = await serve(is)
    const server = entra.issuer({ ...where, version: expected, clientId: provider.clientId })
    const gate = gateTools(server, ['Notes.Read', 'Notes.Write'])
    expect((await gate.call('find_notes', token)).status).toBe(401)
  })

  test('a token for another application is refused', async () => {
    const { token, where } = await serve(2)
    const gate = gateTools(entra.issuer({ ...where, clientId: 'other' }), ['Notes.Read', 'x'])
    expect((await gate.call('find_notes', token)).status).toBe(401)
  })
})

describe('Cognito', () => {
  const serve = async (extraAuthorizeParams: Readonly<Record<string, string>> = {}) => {
    const provider = await open(startCognito({ resourceServer: RESOURCE }))
    const { origin, pathname } = new URL(provider.issuer)
    const pool = { endpoint: origin, region: 'eu-central-1', userPoolId: pathname.slice(1) }
    const upstream = cognito({
      ...pool,
      ...clientOf(provider),
      scopes: [`${RESOURCE}/read`],
      extraAuthorizeParams,
    })
    return { provider, pool, upstream }
  }

  test('a token without aud is refused, unless its client is named', async () => {
    const { provider, pool, upstream } = await serve()
    const token = await accessTokenOf(upstream)
    const options = { ...pool, resourceServer: RESOURCE }
    const strict = gateTools(cognito.issuer(options), ['read', 'write'])
    expect((await strict.call('find_notes', token)).status).toBe(401)

    const clientsWithoutAudience = [provider.clientId]
    const gate = gateTools(cognito.issuer({ ...options, clientsWithoutAudience }), [
      'read',
      'write',
    ])
    expect(await gate.call('find_notes', token)).toMatchObject({
      status: 200,
      principal: {
        clientId: provider.clientId,
        roles: new Set(['editors']),
        scopes: new Set(['openid', 'read']),
      },
    })
    expect((await gate.call('write_note', token)).challenge).toContain(
      `scope="openid ${RESOURCE}/read ${RESOURCE}/write"`,
    )
    const other = cognito.issuer({ ...options, clientsWithoutAudience: ['another'] })
    expect((await gateTools(other, ['read', 'write']).call('find_notes', token)).status).toBe(401)
  })
})

test('Cognito: with resource, the token has it as aud, and no client needs to be named', async () => {
  const provider = await open(startCognito({ resourceServer: RESOURCE }))
  const { origin, pathname } = new URL(provider.issuer)
  const pool = { endpoint: origin, region: 'eu-central-1', userPoolId: pathname.slice(1) }
  const token = await tokenForResource(provider, [`${RESOURCE}/read`])
  const gate = gateTools(cognito.issuer({ ...pool, resourceServer: RESOURCE }), ['read', 'write'])
  expect((await gate.call('find_notes', token)).status).toBe(200)
})

describe('Scalekit', () => {
  const serve = async (serverUrl?: string) => {
    const provider = await open(startScalekit({ serverUrl }))
    const upstream = scalekit({
      environmentUrl: provider.issuer,
      ...clientOf(provider),
      scopes: ['profile', 'notes:read'],
    })
    return { provider, token: await accessTokenOf(upstream) }
  }

  test.each([undefined, RESOURCE])(
    'the resource id is our audience, and clients are sent to the resource (Server URL %s)',
    async (serverUrl) => {
      const { provider, token } = await serve(serverUrl)
      const resourceId = 'res_123456789'
      const server = scalekit.issuer({ environmentUrl: provider.issuer, resourceId })
      const gate = gateTools(server, READ_WRITE, { singleAudience: true })
      expect(await gate.call('find_notes', token)).toMatchObject({
        status: 200,
        principal: { issuer: provider.issuer, tenant: 'org_123456789' },
      })
      expect((await gate.call('write_note', token)).status).toBe(403)
      const authorizationServer = `${provider.issuer}/resources/${resourceId}`
      expect(await gate.metadata()).toMatchObject({ authorization_servers: [authorizationServer] })
      const metadata = await fetch(`${authorizationServer}/.well-known/oauth-authorization-server`)
      expect(await metadata.json()).toMatchObject({
        issuer: authorizationServer,
        registration_endpoint: `${authorizationServer}/oauth/register`,
      })
    },
  )

  test('a token for another MCP server of the environment is refused', async () => {
    const { provider, token } = await serve()
    const server = scalekit.issuer({ environmentUrl: provider.issuer, resourceId: 'res_2' })
    expect((await gateTools(server, READ_WRITE).call('find_notes', token)).status).toBe(401)
  })
})
