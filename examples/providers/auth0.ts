import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import { auth0 } from 'mcp-gatehouse/providers'

export const upstream: UpstreamOptions = auth0({
  domain: 'acme.eu.auth0.com',
  clientId: 'exampleEXAMPLEexampleEXAMPLE0000',
  clientSecret: process.env['AUTH0_CLIENT_SECRET'] ?? '',
  audience: 'https://api.example.com/',
})
