import { createResourceServer, type ResourceServer } from 'mcp-gatehouse'
import { introspectionVerifier } from 'mcp-gatehouse/verifiers'

const issuer = 'https://id.example.com'

export function createGatehouse(clientSecret: string): ResourceServer {
  return createResourceServer({
    resource: 'https://mcp.example.com/mcp',
    authorizationServers: [issuer],
    verifier: introspectionVerifier({ issuer, clientId: 'notes-mcp', clientSecret }),
  })
}
