import type { CreateAuthorizationServerOptions } from 'mcp-gatehouse/authorization-server'

/** Lets the MCP server call the notes API for its users. */
export function withExchange(
  options: CreateAuthorizationServerOptions,
  clientSecret: string,
): CreateAuthorizationServerOptions {
  const mcp = 'https://mcp.example.com/mcp'
  const api = 'https://notes.example.com/api'
  return {
    ...options,
    resources: { [mcp]: ['notes:read', 'notes:write'], [api]: ['notes:read'] },
    clients: [
      {
        clientId: 'mcp-server',
        clientSecret,
        grantTypes: ['urn:ietf:params:oauth:grant-type:token-exchange'],
        subjectTokenAudiences: [mcp],
        scopes: { [api]: ['notes:read'] },
      },
    ],
  }
}
