import { createResourceServer } from 'mcp-gatehouse'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: [
    {
      issuer: 'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0',
      audience: 'api://notes-mcp', // the application id URI
    },
  ],
})
