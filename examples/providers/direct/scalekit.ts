import { createResourceServer } from 'mcp-gatehouse'
import { scalekit } from 'mcp-gatehouse/providers'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: [
    scalekit.issuer({
      environmentUrl: 'https://acme.scalekit.com',
      resourceId: 'res_123456789',
    }),
  ],
  requiredScopes: ['notes:read'],
})
