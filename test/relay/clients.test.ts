import { expect, test } from 'vitest'
import { freePort } from '../contract/free-port.ts'
import { connectMcpRemote } from '../e2e/clients/mcp-remote.ts'
import { connectSdkV1 } from '../e2e/clients/sdk-v1.ts'
import { createSdkV2Client } from '../e2e/clients/sdk-v2.ts'
import { ALICE } from '../e2e/world.ts'
import { createAuthorizationRequest } from '../testing/flow.ts'
import { startRelay } from './world.ts'

const CLIENTS = [
  ['the client of SDK v2 (2026-07-28)', createSdkV2Client('auto')],
  ['the client of SDK v2 (2025-11-25)', createSdkV2Client('legacy')],
  ['the client of SDK v1', connectSdkV1],
] as const

test.each(
  CLIENTS.flatMap(([name, connect]) =>
    (['Auth0', 'Keycloak'] as const).map((provider) => [name, provider, connect] as const),
  ),
)(
  "%s signs in at %s through a relay, and its token is the provider's",
  async (_, name, connect) => {
    const { resource, provider, events } = await startRelay({ provider: name })
    const client = await connect(resource, ALICE)
    try {
      expect(JSON.parse(await client.callTool('whoami'))).toMatchObject({
        issuer: provider.issuer,
        subject: provider.users['alice']?.sub,
      })
      expect(JSON.stringify(client.exchanges)).not.toContain(provider.clientSecret)
      expect(events.map(({ type }) => type)).toEqual([
        'client.registered',
        'relay.allow',
        'relay.tokens',
      ])
    } finally {
      await client.close()
    }
  },
)

test('mcp-remote registers by itself and signs in through a relay', async () => {
  const { resource, provider } = await startRelay({ provider: 'Auth0' })
  const client = await connectMcpRemote(resource, ALICE)
  expect(JSON.parse(await client.callTool('whoami'))).toMatchObject({ issuer: provider.issuer })
  await client.close()
})

test('mcp-remote with a fixed port is a client of the configuration, on that port alone', async () => {
  const port = await freePort()
  const redirectUri = `http://127.0.0.1:${port}/oauth/callback`
  const { issuer, resource, provider, events } = await startRelay({
    options: () => ({
      registration: 'off',
      clients: [{ clientId: 'mcp-remote', redirectUris: [redirectUri], fixedPort: true }],
    }),
  })
  const client = await connectMcpRemote(resource, ALICE, [
    String(port),
    '--static-oauth-client-info',
    JSON.stringify({ client_id: 'mcp-remote' }),
  ])
  expect(JSON.parse(await client.callTool('whoami'))).toMatchObject({ issuer: provider.issuer })
  await client.close()
  expect(events.map(({ type }) => type)).toEqual(['relay.allow', 'relay.tokens'])
  const metadata = await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json()
  expect(metadata).not.toHaveProperty('registration_endpoint')
  const other = createAuthorizationRequest(issuer, 'mcp-remote', {
    redirect_uri: redirectUri.replace(String(port), '9'),
  })
  expect((await fetch(other.url, { redirect: 'manual' })).status).toBe(400)
})
