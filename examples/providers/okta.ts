import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import { okta } from 'mcp-gatehouse/providers'

export const upstream: UpstreamOptions = okta({
  domain: 'acme.okta.com',
  clientId: '0oaexampleEXAMPLE0000',
  clientSecret: process.env['OKTA_CLIENT_SECRET'] ?? '',
})
