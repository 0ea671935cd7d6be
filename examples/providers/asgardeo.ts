import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import { asgardeo } from 'mcp-gatehouse/providers'

export const upstream: UpstreamOptions = asgardeo({
  organization: 'acme',
  clientId: 'exampleEXAMPLEexample',
  clientSecret: process.env['ASGARDEO_CLIENT_SECRET'] ?? '',
})
