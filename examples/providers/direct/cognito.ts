import { createResourceServer } from 'mcp-gatehouse'
import { cognito } from 'mcp-gatehouse/providers'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: [
    cognito.issuer({
      region: 'eu-central-1',
      userPoolId: 'eu-central-1_EXAMPLE',
      resourceServer: 'https://mcp.example.com/mcp', // its scopes are notes:read and so on
      clientsWithoutAudience: ['1example23456789'], // as long as it sends no resource
    }),
  ],
  requiredScopes: ['notes:read'],
})
