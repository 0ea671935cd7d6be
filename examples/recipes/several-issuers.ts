import { createResourceServer } from 'mcp-gatehouse'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: [
    'https://id.example.com/realms/acme',
    {
      issuer: 'https://partner.example.org',
      algorithms: ['ES256'],
      requireAtJwt: true, // this one follows RFC 9068
    },
  ],
})
