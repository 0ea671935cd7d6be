import { createResourceServer } from 'mcp-gatehouse'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: ['https://id.example.com/realms/acme'],
  allowedOrigins: ['https://app.example.com'],
})
