import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import { logto } from 'mcp-gatehouse/providers'

export const upstream: UpstreamOptions = logto({
  endpoint: 'https://acme.logto.app',
  clientId: 'exampleexampleexample',
  clientSecret: process.env['LOGTO_CLIENT_SECRET'] ?? '',
})
