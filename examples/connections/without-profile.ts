import { oauthService } from 'mcp-gatehouse/connections'

/** A service of the company, found by its metadata. */
export const tickets = oauthService({
  title: 'Tickets',
  issuer: 'https://tickets.acme.example',
  clientId: 'mcp',
  clientSecret: process.env['TICKETS_CLIENT_SECRET'] ?? '',
  scopes: ['tickets:read', 'offline_access'],
  apiOrigins: ['https://tickets.acme.example'],
})
