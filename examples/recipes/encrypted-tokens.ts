import { createResourceServer, type ResourceServer } from 'mcp-gatehouse'
import { encryptionKeysFromEnvironment } from 'mcp-gatehouse/keys'
import { jweVerifier, jwtVerifier } from 'mcp-gatehouse/verifiers'

/** `issuer` signs the tokens, and encrypts them for this server. */
export async function protect(issuer: string): Promise<ResourceServer> {
  const keys = await encryptionKeysFromEnvironment() // the file that MCP_KEY_FILE_PATH names
  return createResourceServer({
    resource: 'https://mcp.example.com/mcp',
    authorizationServers: [issuer],
    verifier: jweVerifier({ keys, nested: jwtVerifier({ issuer }), unwrapData: true }),
    requiredClaims: ['name', 'email'],
    publishedKeys: [keys], // at https://mcp.example.com/.well-known/jwks.json
  })
}
