import { createResourceServer, sampleEvents } from 'mcp-gatehouse'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: ['https://id.example.com/realms/acme'],
  onEvent: sampleEvents((event) => console.log(JSON.stringify(event)), { perSecond: 100 }),
})
