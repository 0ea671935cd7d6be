import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import { oauth } from 'mcp-gatehouse/providers'

export const upstream: UpstreamOptions = oauth({
  name: 'oauth',
  issuer: 'https://git.example.com',
  authorizationEndpoint: 'https://git.example.com/oauth/authorize',
  tokenEndpoint: 'https://git.example.com/oauth/token',
  userInfoEndpoint: 'https://git.example.com/api/user',
  subjectClaim: 'id',
  clientId: 'mcp-gatehouse',
  clientSecret: process.env['OAUTH_CLIENT_SECRET'] ?? '',
})
