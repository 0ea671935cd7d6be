import { createResourceServer } from 'mcp-gatehouse'
import { asgardeo } from 'mcp-gatehouse/providers'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: [
    asgardeo.issuer({
      organization: 'acme',
    }),
  ],
  requiredScopes: ['notes:read'],
})
