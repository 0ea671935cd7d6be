import { createResourceServer } from 'mcp-gatehouse'
import { keycloak } from 'mcp-gatehouse/providers'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: [
    keycloak.issuer({
      issuer: 'https://id.example.com/realms/acme',
      scopes: { 'notes:admin': { role: 'notes/admin' } }, // a role of the client notes
    }),
  ],
  requiredScopes: ['notes:read'],
})
