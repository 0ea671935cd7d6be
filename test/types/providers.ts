/** Compile-only: what providers build is what both roles take. */
import { createResourceServer } from 'mcp-gatehouse'
import type { createAuthorizationServer, UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import {
  auth0,
  entra,
  github,
  google,
  keycloak,
  oauth,
  oidc,
  scalekit,
} from 'mcp-gatehouse/providers'

const client = { clientId: 'mcp', clientSecret: 'secret' }
const tenant = '11111111-2222-3333-4444-555555555555'
const issuer = 'https://id.example.com'

export const upstreams: readonly UpstreamOptions[] = [
  entra({ tenant, ...client }),
  google({ offline: true, ...client }),
  github(client),
  keycloak({ issuer, ...client }),
  oidc({ issuer, ...client }),
]

export type Creates = Parameters<typeof createAuthorizationServer>[0]['upstream']
export const upstream: Creates = auth0({ domain: 'acme.eu.auth0.com', ...client })

createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: [
    entra.issuer({ tenant, clientId: 'api' }),
    scalekit.issuer({ environmentUrl: 'https://acme.scalekit.com', resourceId: 'res_1' }),
    oauth.issuer({ issuer }),
  ],
})

// @ts-expect-error its tokens are for itself
google.issuer({})

// @ts-expect-error the tenant is missing
entra(client)

// @ts-expect-error a misspelt option does nothing
keycloak({ issuer, ...client, scope: ['profile'] })
