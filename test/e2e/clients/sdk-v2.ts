import {
  Client,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client'
import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { expect } from 'vitest'
import { type ConnectClient, textOf } from './connected-client.ts'
import { createOAuthSession } from './oauth-session.ts'

/** The client of the official SDK v2, on the protocol revisions that the mode allows. */
export function createSdkV2Client(mode: VersionNegotiationMode): ConnectClient {
  return async (serverUrl, signIn) => {
    const session = createOAuthSession<
      StoredOAuthClientInformation,
      StoredOAuthTokens,
      OAuthDiscoveryState
    >('SDK v2 client')
    const openTransport = (): StreamableHTTPClientTransport =>
      new StreamableHTTPClientTransport(new URL(serverUrl), { authProvider: session })
    const client = new Client(
      { name: 'sdk-v2', version: '1.0.0' },
      { versionNegotiation: { mode } },
    )

    const first = openTransport()
    await expect(client.connect(first)).rejects.toBeInstanceOf(UnauthorizedError)
    const callback = await createScriptedBrowser().authorize(session.authorizationUrl(), signIn)
    expect(callback.searchParams.get('state')).toBe(session.state())
    await first.finishAuth(callback.searchParams)

    await client.connect(openTransport())
    return {
      protocolVersion: client.getNegotiatedProtocolVersion(),
      callTool: async (name, args = {}) => textOf(await client.callTool({ name, arguments: args })),
      close: () => client.close(),
    }
  }
}
