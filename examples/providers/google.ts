import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import { google } from 'mcp-gatehouse/providers'

export const upstream: UpstreamOptions = google({
  clientId: '000000000000-example.apps.googleusercontent.com',
  clientSecret: process.env['GOOGLE_CLIENT_SECRET'] ?? '',
  offline: true, // only for tools that call an API of Google
})
