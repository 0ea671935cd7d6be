import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'

export const upstream: UpstreamOptions = {
  name: 'okta',
  issuer: 'https://acme.okta.com',
  clientId: '0oaexampleEXAMPLE0000',
  clientSecret: process.env['OKTA_CLIENT_SECRET'] ?? '',
  scopes: ['profile', 'email', 'offline_access'],
}
