import type { CreateRelayOptions } from 'mcp-gatehouse/relay'

/** Nobody registers; `mcp-remote` is known beforehand, on port 8080 alone. */
export const mcpRemoteOnly: Pick<CreateRelayOptions, 'clients' | 'registration'> = {
  registration: 'off',
  clients: [
    {
      clientId: 'mcp-remote',
      redirectUris: ['http://localhost:8080/oauth/callback'],
      fixedPort: true,
    },
  ],
}
