import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import { oidc } from 'mcp-gatehouse/providers'

export const upstream: UpstreamOptions = oidc({
  name: 'oidc',
  issuer: 'https://id.example.com',
  clientId: 'mcp-gatehouse',
  clientSecret: process.env['OIDC_CLIENT_SECRET'] ?? '',
  claims: { name: 'name', email: 'email', roles: 'groups' },
})
