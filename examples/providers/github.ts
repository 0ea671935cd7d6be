import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'

export const upstream: UpstreamOptions = {
  name: 'github',
  kind: 'oauth',
  issuer: 'https://github.com',
  authorizationEndpoint: 'https://github.com/login/oauth/authorize',
  tokenEndpoint: 'https://github.com/login/oauth/access_token',
  userInfoEndpoint: 'https://api.github.com/user',
  subjectClaim: 'id',
  clientId: 'Iv23liExampleExample',
  clientSecret: process.env['GITHUB_CLIENT_SECRET'] ?? '',
  claims: { name: ['name', 'login'], login: 'login' },
}
