import { exchangeService } from 'mcp-gatehouse/connections'

const TENANT = '9f2b3c4d-1111-4222-8333-444455556666'

/** Microsoft Graph on behalf of whoever calls. */
export const graph = exchangeService({
  title: 'Microsoft Graph',
  issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
  clientId: '6731de76-14a6-49ae-97bc-6eba6914391e',
  clientSecret: process.env['ENTRA_CLIENT_SECRET'] ?? '',
  style: 'on-behalf-of',
  scopes: ['https://graph.microsoft.com/User.Read'],
  apiOrigins: ['https://graph.microsoft.com'],
})

/** An API of the company, for whose audience the identity provider exchanges tokens (RFC 8693). */
export const orders = exchangeService({
  title: 'Orders',
  issuer: 'https://id.acme.example/realms/acme',
  clientId: 'mcp',
  clientSecret: process.env['ORDERS_CLIENT_SECRET'] ?? '',
  audience: 'orders-api',
  apiOrigins: ['https://orders.acme.example'],
})
