import { createGateway } from 'mcp-gatehouse/gateway'

const issuer = 'https://id.example.com/realms/acme'

export const gateway = await createGateway({
  publicUrl: 'https://mcp.example.com',
  authorizationServers: [issuer],
  routes: [
    {
      path: '/orders',
      upstream: 'https://orders.example.com/mcp',
      identity: {
        exchange: {
          issuer,
          clientId: 'gateway',
          clientSecret: process.env['EXCHANGE_SECRET'] ?? 'for development',
          audience: 'https://orders.example.com/mcp',
          scopes: ['orders:read'],
        },
      },
    },
  ],
})
