import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import { keycloak } from 'mcp-gatehouse/providers'

export const upstream: UpstreamOptions = keycloak({
  issuer: process.env['KEYCLOAK_ISSUER'] ?? '',
  clientId: process.env['KEYCLOAK_CLIENT_ID'] ?? '',
  clientSecret: process.env['KEYCLOAK_CLIENT_SECRET'] ?? '',
  allowInsecureLoopback: process.env['KEYCLOAK_ISSUER']?.startsWith('http:'), // localhost only
})
