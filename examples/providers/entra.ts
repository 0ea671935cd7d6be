import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import { entra } from 'mcp-gatehouse/providers'

export const upstream: UpstreamOptions = entra({
  tenant: '11111111-2222-3333-4444-555555555555',
  clientId: '66666666-7777-8888-9999-000000000000',
  clientSecret: process.env['ENTRA_CLIENT_SECRET'] ?? '',
})
