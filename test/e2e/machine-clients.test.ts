import {
  Client,
  ClientCredentialsProvider,
  type OAuthClientProvider,
  PrivateKeyJwtProvider,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { expect, test } from 'vitest'
import { createKeyClient, READ, SECRET, startGrants } from '../grants/world.ts'
import { textOf } from './clients/connected-client.ts'

const GRANT_TYPES = ['client_credentials']

/** Calls `whoami` with the client of SDK v2, which nobody has to sign in. */
async function callWhoami(url: string, authProvider: OAuthClientProvider): Promise<unknown> {
  const client = new Client({ name: 'report', version: '1.0.0' })
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { authProvider }))
  try {
    return JSON.parse(textOf(await client.callTool({ name: 'whoami', arguments: {} })))
  } finally {
    await client.close()
  }
}

test('CC-02 CC-04 the ClientCredentialsProvider of SDK v2 calls a tool with a secret', async () => {
  const { issuer, resource } = await startGrants((world) => ({
    clients: [
      {
        clientId: 'report',
        clientSecret: SECRET,
        grantTypes: GRANT_TYPES,
        scopes: { [world.resource]: [READ] },
      },
    ],
  }))
  const provider = new ClientCredentialsProvider({
    clientId: 'report',
    clientSecret: SECRET,
    expectedIssuer: issuer,
  })
  expect(await callWhoami(resource, provider)).toEqual({ issuer, scopes: [READ] })
  expect(provider.tokens()).not.toHaveProperty('refresh_token')
})

test('CC-02 CC-04 the PrivateKeyJwtProvider of SDK v2 calls a tool with a key', async () => {
  const { jwks, privateJwk } = createKeyClient()
  const { issuer, resource } = await startGrants((world) => ({
    clients: [
      { clientId: 'report', jwks, grantTypes: GRANT_TYPES, scopes: { [world.resource]: [READ] } },
    ],
  }))
  const provider = new PrivateKeyJwtProvider({
    clientId: 'report',
    privateKey: { ...privateJwk },
    algorithm: 'ES256',
    expectedIssuer: issuer,
  })
  expect(await callWhoami(resource, provider)).toEqual({ issuer, scopes: [READ] })
})
