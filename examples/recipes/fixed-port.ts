import type { CreateAuthorizationServerOptions } from 'mcp-gatehouse/authorization-server'

/** Nobody registers; `mcp-remote` is known beforehand. */
export const mcpRemoteOnly: Pick<CreateAuthorizationServerOptions, 'clients' | 'registration'> = {
  registration: 'off',
  clients: [{ clientId: 'mcp-remote', redirectUris: ['http://localhost:8080/oauth/callback'] }],
}
