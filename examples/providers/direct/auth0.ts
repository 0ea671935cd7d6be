import { createResourceServer } from 'mcp-gatehouse'
import { auth0 } from 'mcp-gatehouse/providers'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: [
    auth0.issuer({
      domain: 'acme.eu.auth0.com',
      scopes: { 'notes:read': { permission: 'read:notes' } },
    }),
  ],
  requiredScopes: ['notes:read'],
})
