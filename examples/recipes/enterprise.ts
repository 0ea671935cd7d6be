import type { CreateAuthorizationServerOptions } from 'mcp-gatehouse/authorization-server'

/** Lets users of Acme in by the word of Acme's identity provider. */
export function withAcme(
  options: CreateAuthorizationServerOptions,
  clientSecret: string,
): CreateAuthorizationServerOptions {
  return {
    ...options,
    identityAssertions: {
      issuers: [{ issuer: 'https://acme.okta.example', clients: ['acme-agent'] }],
    },
    clients: [
      {
        clientId: 'acme-agent',
        clientSecret,
        grantTypes: ['urn:ietf:params:oauth:grant-type:jwt-bearer'],
      },
    ],
  }
}
