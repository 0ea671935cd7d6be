import { createConnections, oauthService, oidcSignIn } from 'mcp-gatehouse/connections'
import { createGateway } from 'mcp-gatehouse/gateway'
import { createKeyRing, keysFromFile } from 'mcp-gatehouse/keys'
import { services } from 'mcp-gatehouse/providers'
import { sealed } from 'mcp-gatehouse/storage'
import { sqlite } from 'mcp-gatehouse/storage/sqlite'

const publicUrl = 'https://mcp.example.com'
const issuer = 'https://id.example.com/realms/acme'
const { GITHUB_SECRET = 'for development', SIGN_IN_SECRET = 'for development' } = process.env

const storageKeys = await createKeyRing({
  use: 'storage',
  source: keysFromFile('.keys/storage.json'),
})
const connections = await createConnections({
  baseUrl: publicUrl,
  storage: await sealed(sqlite('gatehouse.db'), storageKeys),
  keys: {
    cookies: await createKeyRing({ use: 'cookies', source: keysFromFile('.keys/cookies.json') }),
  },
  identity: oidcSignIn({ issuer, clientId: 'gateway', clientSecret: SIGN_IN_SECRET }),
  services: {
    github: oauthService({
      profile: services.github,
      clientId: 'Iv1.8a61f9b3a7aba766',
      clientSecret: GITHUB_SECRET,
      scopes: ['repo'],
    }),
  },
})

export const gateway = await createGateway({
  publicUrl,
  authorizationServers: [issuer],
  keys: await createKeyRing({ use: 'signing', source: keysFromFile('.keys/signing.json') }),
  connections,
  routes: [
    {
      path: '/issues',
      upstream: 'http://127.0.0.1:8000/mcp',
      connections: { github: { headers: { 'x-github-token': '{access_token}' } } },
    },
  ],
})
