import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'

export const upstream: UpstreamOptions = {
  name: 'auth0',
  issuer: 'https://acme.eu.auth0.com/', // with the slash
  clientId: 'exampleEXAMPLEexampleEXAMPLE0000',
  clientSecret: process.env['AUTH0_CLIENT_SECRET'] ?? '',
  scopes: ['profile', 'email', 'offline_access'],
  audience: 'https://api.example.com/',
}
