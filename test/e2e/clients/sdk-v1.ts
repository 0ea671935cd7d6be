import {
  type OAuthDiscoveryState,
  UnauthorizedError,
} from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type {
  OAuthClientInformationMixed,
  OAuthTokens,
} from '@modelcontextprotocol/sdk/shared/auth.js'
import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { expect } from 'vitest'
import { type ConnectSdkClient, type SdkClientOptions, textOf } from './connected-client.ts'
import { createOAuthSession } from './oauth-session.ts'
import { createRecordedFetch } from './recorded-fetch.ts'

/** The client of the official SDK v1. */
export function createSdkV1Client(options: SdkClientOptions = {}): ConnectSdkClient {
  return async (serverUrl, user) => {
    const session = createOAuthSession<
      OAuthClientInformationMixed,
      OAuthTokens,
      OAuthDiscoveryState
    >('SDK v1 client', options, options.registered)
    const exchanges: string[] = []
    const browser = createScriptedBrowser()
    const openTransport = (): StreamableHTTPClientTransport =>
      new StreamableHTTPClientTransport(new URL(serverUrl), {
        authProvider: session,
        fetch: createRecordedFetch(exchanges),
      })
    const client = new Client({ name: 'sdk-v1', version: '1.0.0' })
    let transport = openTransport()
    const signIn = async (as = user): Promise<void> => {
      const callback = await browser.authorize(session.authorizationUrl(), as)
      expect(callback.searchParams.get('state')).toBe(session.state())
      await transport.finishAuth(callback.searchParams.get('code') ?? '')
    }

    await expect(client.connect(transport)).rejects.toBeInstanceOf(UnauthorizedError)
    await signIn()
    transport = openTransport()
    await client.connect(transport)
    return {
      protocolVersion: transport.protocolVersion,
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

/** The same, with refresh tokens. */
export const connectSdkV1: ConnectSdkClient = createSdkV1Client()
