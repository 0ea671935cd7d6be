import { createResourceServer } from 'mcp-gatehouse'
import { duende } from 'mcp-gatehouse/providers'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: [
    duende.issuer({
      issuer: 'https://id.example.com',
    }),
  ],
  requiredScopes: ['notes:read'],
})
