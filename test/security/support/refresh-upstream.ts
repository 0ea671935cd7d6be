import { createUpstream } from '../../../src/oauth-client/create-upstream.ts'
import type { Upstream } from '../../../src/oauth-client/upstream.ts'

export const NAME = 'upstream'
export const TENANT = 'https://auth.example.com'

/** The upstream that this server is the token endpoint of. */
export function upstreamAt(origin: string): Upstream {
  return createUpstream({
    kind: 'oauth',
    name: NAME,
    issuer: origin,
    clientId: 'gatehouse',
    clientSecret: 's',
    authorizationEndpoint: `${origin}/authorize`,
    tokenEndpoint: `${origin}/token`,
    userInfoEndpoint: `${origin}/user`,
    allowInsecureLoopback: true,
  })
}
