import { fromEnvironment } from 'mcp-gatehouse'
import { scalekit } from 'mcp-gatehouse/providers'
import { startScalekit } from 'mcp-gatehouse/testing'
import { expect, test } from 'vitest'
import { accessTokenOf, clientOf, gateTools, open, RESOURCE } from './gate-world.ts'

const READ_WRITE = ['notes:read', 'notes:write'] as const

/** The variables of a server at an environment of Scalekit, and a token that it issued. */
async function serve(resourceId: string) {
  const provider = await open(startScalekit())
  const upstream = scalekit({
    environmentUrl: provider.issuer,
    ...clientOf(provider),
    scopes: ['profile', 'notes:read'],
  })
  const { authorizationServers, ...settings } = fromEnvironment({
    allowInsecureLoopback: true,
    environment: {
      SK_ENV_URL: `${provider.issuer}/`,
      SK_CLIENT_ID: provider.clientId,
      EXPECTED_AUDIENCE: resourceId,
      PROTECTED_RESOURCE_METADATA: JSON.stringify({
        resource: RESOURCE,
        authorization_servers: [`${provider.issuer}/resources/${resourceId}`],
      }),
    },
  })
  const [server = '', ...others] = authorizationServers
  expect(others).toEqual([])
  const gate = gateTools(server, READ_WRITE, { ...settings, singleAudience: true })
  return { provider, token: await accessTokenOf(upstream), gate, server }
}

test('the variables of the Scalekit pattern accept tokens of the environment, and name one server', async () => {
  const { provider, token, gate } = await serve('res_123456789')
  expect(await gate.call('find_notes', token)).toMatchObject({
    status: 200,
    principal: { issuer: provider.issuer, tenant: 'org_123456789' },
  })
  expect((await gate.call('write_note', token)).status).toBe(403)
  expect(await gate.metadata()).toMatchObject({
    authorization_servers: [`${provider.issuer}/resources/res_123456789`],
  })
})

test('they say of the server what its profile says', async () => {
  const { provider, server } = await serve('res_123456789')
  const { issuer, tokenIssuer, metadataUrl, jwksUri } = scalekit.issuer({
    environmentUrl: provider.issuer,
    resourceId: 'res_123456789',
  })
  expect(server).toEqual({ issuer, tokenIssuer, metadataUrl, jwksUri })
})

test('they refuse a token for another MCP server of the environment', async () => {
  const { token, gate } = await serve('res_2')
  expect((await gate.call('find_notes', token)).status).toBe(401)
})
