import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'

export const upstream: UpstreamOptions = {
  name: 'google',
  issuer: 'https://accounts.google.com',
  clientId: '000000000000-example.apps.googleusercontent.com',
  clientSecret: process.env['GOOGLE_CLIENT_SECRET'] ?? '',
  scopes: ['profile', 'email'],
  extraAuthorizeParams: { access_type: 'offline', prompt: 'consent' },
}
