import { createResourceServer, type ResourceServer } from 'mcp-gatehouse'
import { type Issuer, RESOURCE, SCOPE } from './issuer.ts'

/** The gate as most users configure it: one issuer by its identifier, and a scope. */
export function createGate({ issuer }: Pick<Issuer, 'issuer'>): ResourceServer {
  return createResourceServer({
    resource: RESOURCE,
    authorizationServers: [issuer],
    requiredScopes: [SCOPE],
    allowInsecureLoopback: true,
  })
}
