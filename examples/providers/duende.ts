import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import { duende } from 'mcp-gatehouse/providers'

export const upstream: UpstreamOptions = duende({
  issuer: 'https://id.example.com',
  clientId: 'mcp-gatehouse',
  clientSecret: process.env['DUENDE_CLIENT_SECRET'] ?? '',
})
