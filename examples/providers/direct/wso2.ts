import { createResourceServer } from 'mcp-gatehouse'
import { wso2 } from 'mcp-gatehouse/providers'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: [
    wso2.issuer({
      url: 'https://id.example.com:9443',
    }),
  ],
  requiredScopes: ['notes:read'],
})
