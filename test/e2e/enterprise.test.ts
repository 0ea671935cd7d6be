import {
  Client,
  CrossAppAccessProvider,
  discoverAndRequestJwtAuthGrant,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { expect, test } from 'vitest'
import { startEnterprise } from '../grants/enterprise-world.ts'
import { READ, SECRET } from '../grants/world.ts'
import { textOf } from './clients/connected-client.ts'

test('EMA-01 EMA-06 the CrossAppAccessProvider of SDK v2 calls a tool with what the identity provider says', async () => {
  const { issuer, resource, provider, events } = await startEnterprise()
  const { id_token: idToken } = await provider.obtainTokens()
  const authProvider = new CrossAppAccessProvider({
    clientId: 'agent',
    clientSecret: SECRET,
    expectedIssuer: issuer,
    assertion: async ({ authorizationServerUrl, resourceUrl, scope = READ, fetchFn }) => {
      const { jwtAuthGrant } = await discoverAndRequestJwtAuthGrant({
        idpUrl: provider.issuer,
        audience: authorizationServerUrl,
        resource: resourceUrl,
        idToken: String(idToken),
        clientId: provider.clientId,
        clientSecret: provider.clientSecret,
        scope,
        fetchFn,
      })
      return jwtAuthGrant
    },
  })
  const client = new Client({ name: 'agent', version: '1.0.0' })
  await client.connect(new StreamableHTTPClientTransport(new URL(resource), { authProvider }))
  try {
    const caller: unknown = JSON.parse(
      textOf(await client.callTool({ name: 'whoami', arguments: {} })),
    )
    expect(caller).toEqual({ issuer, scopes: [READ], subject: expect.any(String) })
  } finally {
    await client.close()
  }
  expect(events).toContainEqual(expect.objectContaining({ assertionIssuer: provider.issuer }))
})
