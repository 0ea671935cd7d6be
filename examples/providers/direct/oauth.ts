import { createResourceServer } from 'mcp-gatehouse'
import { oauth } from 'mcp-gatehouse/providers'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: [
    oauth.issuer({
      issuer: 'https://git.example.com',
      jwksUri: 'https://git.example.com/oauth/keys', // where it has no metadata
    }),
  ],
  requiredScopes: ['notes:read'],
})
