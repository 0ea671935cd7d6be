import { createResourceServer } from 'mcp-gatehouse'
import { okta } from 'mcp-gatehouse/providers'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: [
    okta.issuer({
      domain: 'acme.okta.com',
      authorizationServer: 'default',
      scopes: { 'notes:admin': { group: 'Note admins' } },
    }),
  ],
  requiredScopes: ['notes:read'],
})
