import { oidcSignIn } from 'mcp-gatehouse/connections'

/** Register `https://mcp.example.com/account/callback` as a redirect URI of this client. */
export const identity = oidcSignIn({
  issuer: 'https://id.example.com/realms/acme',
  clientId: 'notes-account-pages',
  clientSecret: process.env['ACCOUNT_CLIENT_SECRET'],
})
