import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import { scalekit } from 'mcp-gatehouse/providers'

export const upstream: UpstreamOptions = scalekit({
  environmentUrl: 'https://acme.scalekit.com',
  clientId: 'skc_000000000000',
  clientSecret: process.env['SCALEKIT_CLIENT_SECRET'] ?? '',
})
