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
import { type ConnectSdkClient, type SdkClientOptions, textOf } from './connected-client.ts'
import { createOAuthSession } from './oauth-session.ts'
import { createRecordedFetch } from './recorded-fetch.ts'

/** The client of the official SDK v2, on the protocol revisions that the mode allows. */
export function createSdkV2Client(
  mode: VersionNegotiationMode,
  options: SdkClientOptions = {},
): ConnectSdkClient {
  return async (serverUrl, user) => {
    const session = createOAuthSession<
      StoredOAuthClientInformation,
      StoredOAuthTokens,
      OAuthDiscoveryState
    >('SDK v2 client', options, options.registered)
    const exchanges: string[] = []
    const browser = createScriptedBrowser()
    const openTransport = (): StreamableHTTPClientTransport =>
      new StreamableHTTPClientTransport(new URL(serverUrl), {
        authProvider: session,
        fetch: createRecordedFetch(exchanges),
      })
    const client = new Client(
      { name: 'sdk-v2', version: '1.0.0' },
      { versionNegotiation: { mode } },
    )
    let transport = openTransport()
    const signIn = async (as = user): Promise<void> => {
      const callback = await browser.authorize(session.authorizationUrl(), as)
      expect(callback.searchParams.get('state')).toBe(session.state())
      await transport.finishAuth(callback.searchParams)
    }

    await expect(client.connect(transport)).rejects.toBeInstanceOf(UnauthorizedError)
    await signIn()
    transport = openTransport()
    await client.connect(transport)
    return {
      protocolVersion: client.getNegotiatedProtocolVersion(),
      exchanges,
      callTool: async (name, args = {}) => textOf(await client.callTool({ name, arguments: args })),
      callToolRaw: (name) => client.callTool({ name }),
      listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
      requestedScopes: () => session.requestedScopes(),
      grantedScopes: () => session.tokens()?.scope,
      accessToken: () => session.tokens()?.access_token,
      signIn,
      close: () => client.close(),
    }
  }
}
