import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'

export const upstream: UpstreamOptions = {
  name: 'keycloak',
  issuer: 'https://id.example.com/realms/acme',
  clientId: 'mcp-gatehouse',
  clientSecret: process.env['KEYCLOAK_CLIENT_SECRET'] ?? '',
  scopes: ['profile', 'email'],
  claims: { email: 'email', name: 'name', roles: 'realm_access.roles' },
}
