import { createResourceServer } from 'mcp-gatehouse'
import { entra } from 'mcp-gatehouse/providers'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: [
    entra.issuer({
      tenant: '11111111-2222-3333-4444-555555555555',
      clientId: '77777777-8888-9999-0000-111111111111', // of the API
      scopes: { 'notes:read': 'Notes.Read', 'notes:admin': { role: 'Notes.Admin' } },
    }),
  ],
  requiredScopes: ['notes:read'],
})
