import { createResourceServer } from 'mcp-gatehouse'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: ['https://id.example.com/realms/acme'],
  onEvent: (event) => {
    if (event.type === 'auth.deny') console.log(event.reason, event.path, event.address)
    if (event.type === 'dep.unavailable') console.error(event.error.message)
  },
})
