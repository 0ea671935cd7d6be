import { createResourceServer, type PolicyOptions, type ResourceServer } from 'mcp-gatehouse'
import { createTokenIssuer } from '../../src/testing/token-issuer.ts'

/** A resource server, and a token that it admits. */
export interface Gate {
  readonly gatehouse: ResourceServer
  readonly token: string
  readonly close: () => Promise<void>
}

/** Starts an issuer on a loopback address and creates the resource server that trusts it. */
export async function createGate(resource: string, policy?: PolicyOptions): Promise<Gate> {
  const requiredScopes = ['mcp']
  const issuer = await createTokenIssuer()
  return {
    gatehouse: createResourceServer({
      resource,
      authorizationServers: [issuer.issuer],
      requiredScopes,
      allowInsecureLoopback: true,
      ...(policy && { policy }),
    }),
    token: await issuer.mint({ aud: resource, scope: requiredScopes.join(' ') }),
    close: () => issuer.close(),
  }
}
