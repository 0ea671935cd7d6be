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
import { type ConnectClient, textOf } from './connected-client.ts'
import { createOAuthSession } from './oauth-session.ts'

/** The client of the official SDK v1. */
export const connectSdkV1: ConnectClient = async (serverUrl, signIn) => {
  const session = createOAuthSession<OAuthClientInformationMixed, OAuthTokens, OAuthDiscoveryState>(
    'SDK v1 client',
  )
  const openTransport = (): StreamableHTTPClientTransport =>
    new StreamableHTTPClientTransport(new URL(serverUrl), { authProvider: session })
  const client = new Client({ name: 'sdk-v1', version: '1.0.0' })

  const first = openTransport()
  await expect(client.connect(first)).rejects.toBeInstanceOf(UnauthorizedError)
  const callback = await createScriptedBrowser().authorize(session.authorizationUrl(), signIn)
  expect(callback.searchParams.get('state')).toBe(session.state())
  await first.finishAuth(callback.searchParams.get('code') ?? '')

  const second = openTransport()
  await client.connect(second)
  return {
    protocolVersion: second.protocolVersion,
    callTool: async (name, args = {}) => textOf(await client.callTool({ name, arguments: args })),
    close: () => client.close(),
  }
}
