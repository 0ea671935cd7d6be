import { createResourceServer } from 'mcp-gatehouse'
import { logto } from 'mcp-gatehouse/providers'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: [
    logto.issuer({
      endpoint: 'https://acme.logto.app',
    }),
  ],
  requiredScopes: ['notes:read'],
})
