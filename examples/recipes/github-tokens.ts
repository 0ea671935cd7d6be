import { createResourceServer, type ResourceServer } from 'mcp-gatehouse'
import { userinfoVerifier } from 'mcp-gatehouse/verifiers'

const clientId = 'Iv1.8a61f9b3a7aba766'

export function createGatehouse(clientSecret: string): ResourceServer {
  return createResourceServer({
    resource: 'https://mcp.example.com/mcp',
    authorizationServers: [{ issuer: 'https://github.com', audience: clientId }],
    requiredScopes: ['read:user'],
    verifier: userinfoVerifier({ provider: 'github', clientId, clientSecret }),
  })
}
