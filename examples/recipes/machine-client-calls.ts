import {
  Client,
  PrivateKeyJwtProvider,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'

export async function callAsReport(url: URL, issuer: string, privateKey: string) {
  const authProvider = new PrivateKeyJwtProvider({
    clientId: 'nightly-report',
    privateKey,
    algorithm: 'ES256',
    expectedIssuer: issuer,
  })
  const client = new Client({ name: 'nightly-report', version: '1.0.0' })
  await client.connect(new StreamableHTTPClientTransport(url, { authProvider }))
  return client.callTool({ name: 'list_notes', arguments: {} })
}
