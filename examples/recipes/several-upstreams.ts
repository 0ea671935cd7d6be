import type { UpstreamRealmOptions } from 'mcp-gatehouse/authorization-server'
import { entra, keycloak } from 'mcp-gatehouse/providers'

/** `upstreams` of `createAuthorizationServer`, instead of `upstream`. */
export const upstreams: readonly UpstreamRealmOptions[] = [
  {
    upstream: entra({
      name: 'staff',
      tenant: '11111111-2222-3333-4444-555555555555',
      clientId: '66666666-7777-8888-9999-000000000000',
      clientSecret: process.env['ENTRA_CLIENT_SECRET'] ?? '',
    }),
    emailDomains: ['acme.example', 'acme.co.example'],
  },
  {
    upstream: keycloak({
      name: 'partners',
      issuer: 'https://id.example.com/realms/partners',
      clientId: 'gatehouse',
      clientSecret: process.env['KEYCLOAK_CLIENT_SECRET'] ?? '',
    }),
    resourceHosts: ['partners.example.com'],
    label: 'Partners of Acme',
  },
]
