import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'

export const upstream: UpstreamOptions = {
  name: 'cognito',
  issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE',
  clientId: '1example23456789',
  clientSecret: process.env['COGNITO_CLIENT_SECRET'] ?? '',
  scopes: ['profile', 'email'],
  claims: { email: 'email', name: 'name', roles: 'cognito:groups' },
}
