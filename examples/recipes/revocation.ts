import { createResourceServer } from 'mcp-gatehouse'

const revoked = new Set<unknown>() // yours: a table, a key in Redis, an event stream

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: ['https://id.example.com/realms/acme'],
  isRevoked: (principal, claims) => revoked.has(principal.id) || revoked.has(claims.jti),
})
