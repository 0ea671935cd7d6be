import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import { keycloak } from 'mcp-gatehouse/providers'

export const upstream: UpstreamOptions = keycloak({
  issuer: 'https://id.example.com/realms/acme',
  clientId: 'mcp-gatehouse',
  clientSecret: process.env['KEYCLOAK_CLIENT_SECRET'] ?? '',
})
