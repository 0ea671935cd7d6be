import { randomUUID } from 'node:crypto'
import {
  Client,
  type FetchLike,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'

/** The client of the official SDK, and what an application keeps for it. */
export interface NotesClient {
  /** Connects without a token. @returns Where the user has to go to sign in. */
  discover(): Promise<URL>
  /** Takes the URL that the browser came back with, and gets tokens for its code. */
  finishSignIn(callback: URL): Promise<void>
  /** Connects with the token. */
  connect(): Promise<void>
  /** @returns The names of the tools that the user has. */
  listTools(): Promise<readonly string[]>
  /** Calls a tool. @returns The text of its result. */
  callTool(name: string, args?: Readonly<Record<string, unknown>>): Promise<string>
  accessToken(): string
  close(): Promise<void>
}

const REDIRECT_URL = 'http://127.0.0.1:33418/callback'

export function createNotesClient(serverUrl: string, fetch: FetchLike): NotesClient {
  const provider = createProvider()
  const openTransport = (): StreamableHTTPClientTransport =>
    new StreamableHTTPClientTransport(new URL(serverUrl), {
      authProvider: provider,
      fetch,
      onInsufficientScope: 'throw',
    })
  const client = new Client(
    { name: 'mcp-gatehouse demo', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' } },
  )
  const first = openTransport()

  return {
    discover: async () => {
      const error: unknown = await client.connect(first).catch((reason: unknown) => reason)
      if (!(error instanceof UnauthorizedError))
        throw error ?? new Error('no sign-in was asked for')
      return provider.authorizationUrl()
    },
    finishSignIn: async (callback) => {
      if (callback.searchParams.get('state') !== provider.state())
        throw new Error('a foreign state')
      await first.finishAuth(callback.searchParams)
    },
    connect: () => client.connect(openTransport()),
    listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
    callTool: async (name, args = {}) => {
      const { content } = await client.callTool({ name, arguments: { ...args } })
      return content[0]?.type === 'text' ? content[0].text : ''
    },
    accessToken: () => provider.tokens()?.access_token ?? '',
    close: () => client.close(),
  }
}

interface MemoryProvider extends OAuthClientProvider {
  state(): string
  tokens(): StoredOAuthTokens | undefined
  authorizationUrl(): URL
}

/** In memory; an application keeps this where it survives a restart. */
function createProvider(): MemoryProvider {
  const state = randomUUID()
  const kept: {
    client?: StoredOAuthClientInformation
    tokens?: StoredOAuthTokens
    discovery?: OAuthDiscoveryState
    verifier?: string
    authorizationUrl?: URL
  } = {}
  const keep = <Name extends keyof typeof kept>(name: Name) => {
    return (value: NonNullable<(typeof kept)[Name]>): void => {
      kept[name] = value
    }
  }
  return {
    redirectUrl: REDIRECT_URL,
    clientMetadata: {
      client_name: 'mcp-gatehouse demo',
      redirect_uris: [REDIRECT_URL],
      token_endpoint_auth_method: 'none',
    },
    state: () => state,
    clientInformation: () => kept.client,
    saveClientInformation: keep('client'),
    tokens: () => kept.tokens,
    saveTokens: keep('tokens'),
    discoveryState: () => kept.discovery,
    saveDiscoveryState: keep('discovery'),
    codeVerifier: () => kept.verifier ?? '',
    saveCodeVerifier: keep('verifier'),
    redirectToAuthorization: keep('authorizationUrl'),
    authorizationUrl: () => kept.authorizationUrl ?? new URL('about:blank'),
  }
}
