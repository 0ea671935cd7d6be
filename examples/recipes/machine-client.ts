import type { CreateAuthorizationServerOptions } from 'mcp-gatehouse/authorization-server'

/** Lets a nightly report read notes, with the private key that belongs to `jwksUri`. */
export function withReport(
  options: CreateAuthorizationServerOptions,
  resource: string,
): CreateAuthorizationServerOptions {
  return {
    ...options,
    clients: [
      {
        clientId: 'nightly-report',
        grantTypes: ['client_credentials'],
        jwksUri: 'https://report.internal.example/jwks.json',
        scopes: { [resource]: ['notes:read'] },
      },
    ],
  }
}
