import { createResourceServer, type ResourceServer } from 'mcp-gatehouse'
import { type IntrospectionVerifierOptions, introspectionVerifier } from 'mcp-gatehouse/verifiers'

const issuer = 'https://id.example.com'

export function createGatehouse(
  privateKey: NonNullable<IntrospectionVerifierOptions['privateKey']>,
): ResourceServer {
  return createResourceServer({
    resource: 'https://mcp.example.com/mcp',
    authorizationServers: [issuer],
    verifier: introspectionVerifier({
      issuer,
      clientId: 'notes-mcp',
      privateKey, // a JWK with `alg`; its public half is registered at the authorization server
      signingAlgorithm: 'ES256', // of the answers
    }),
  })
}
