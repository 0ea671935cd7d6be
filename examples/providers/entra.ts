import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'

export const upstream: UpstreamOptions = {
  name: 'entra',
  issuer: 'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0',
  clientId: '66666666-7777-8888-9999-000000000000',
  clientSecret: process.env['ENTRA_CLIENT_SECRET'] ?? '',
  scopes: ['profile', 'offline_access'],
  claims: { name: 'name', oid: 'oid', roles: 'roles', tenant_id: 'tid' },
}
