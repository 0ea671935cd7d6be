import { createResourceServer } from 'mcp-gatehouse'
import { oidc } from 'mcp-gatehouse/providers'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: [
    oidc.issuer({
      issuer: 'https://id.example.com',
      audience: 'notes-api', // where tokens do not name the resource itself
      claims: { roles: ['groups'], tenant: ['organization'] },
    }),
  ],
  requiredScopes: ['notes:read'],
})
