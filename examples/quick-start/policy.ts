import { createResourceServer } from 'mcp-gatehouse'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: ['https://id.example.com/realms/acme'],
  policy: {
    implies: { 'notes:admin': ['notes:write'], 'notes:write': ['notes:read'] },
    tools: {
      find_notes: 'notes:read',
      delete_note: ({ forever = false }) => (forever === false ? 'notes:write' : 'notes:admin'),
      'audit_*': { roles: ['auditor'] },
    },
  },
})
