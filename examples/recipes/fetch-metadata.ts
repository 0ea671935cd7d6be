import { createResourceServer, fetchServerMetadata, type ResourceServer } from 'mcp-gatehouse'

/** Reads the metadata before the server starts, instead of when the first token arrives. */
export async function start(issuer: string): Promise<ResourceServer> {
  const metadata = await fetchServerMetadata(issuer, {
    metadataUrl: `${issuer}/.well-known/openid-configuration`, // if it is at one place only
    transformMetadata: (document) => ({ code_challenge_methods_supported: ['S256'], ...document }),
  })
  return createResourceServer({
    resource: 'https://mcp.example.com/mcp',
    authorizationServers: [{ issuer, metadata }],
  })
}
