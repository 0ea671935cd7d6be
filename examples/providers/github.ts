import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import { github } from 'mcp-gatehouse/providers'

export const upstream: UpstreamOptions = github({
  clientId: 'Iv23liExampleExample',
  clientSecret: process.env['GITHUB_CLIENT_SECRET'] ?? '',
})
