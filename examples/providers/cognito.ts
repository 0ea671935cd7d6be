import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import { cognito } from 'mcp-gatehouse/providers'

export const upstream: UpstreamOptions = cognito({
  region: 'eu-central-1',
  userPoolId: 'eu-central-1_EXAMPLE',
  clientId: '1example23456789',
  clientSecret: process.env['COGNITO_CLIENT_SECRET'] ?? '',
})
