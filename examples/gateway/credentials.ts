import { createGateway } from 'mcp-gatehouse/gateway'

/** However your company finds the key of a user. */
declare const vault: { keyOf(userId: string): Promise<string> }

export const gateway = await createGateway({
  publicUrl: 'https://mcp.example.com',
  authorizationServers: ['https://id.example.com/realms/acme'],
  routes: [
    {
      path: '/tickets',
      upstream: 'https://tickets.example.com/mcp',
      identity: 'none', // the key says who it is
      credentials: async ({ principal }) => ({ 'x-api-key': await vault.keyOf(principal.id) }),
    },
  ],
})
