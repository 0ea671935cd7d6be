import { randomUUID } from 'node:crypto'
import {
  Client,
  type OAuthClientProvider,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { createScriptedBrowser, type SignIn } from 'mcp-gatehouse/testing'

/** What a tool answered. */
export interface ToolAnswer {
  readonly isError: boolean
  /** The text of the answer. */
  readonly text: string
}

/** The client of one user, signed in. */
export interface Session {
  /** The names in `tools/list`. */
  listTools(): Promise<readonly string[]>
  /**
   * Calls a tool. Where that needs more scopes, the user is asked for them in the browser.
   *
   * @throws {UnauthorizedError} where they still do not suffice
   */
  callTool(name: string, args?: Record<string, unknown>): Promise<ToolAnswer>
  /** The scopes that the user was asked for, once per visit to the authorization server. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

/**
 * Connects to an MCP server and signs in there.
 *
 * @param stepUp What the user answers when a tool needs more scopes.
 */
export async function openSession(
  serverUrl: string,
  user: SignIn,
  stepUp: SignIn,
): Promise<Session> {
  const url = new URL(serverUrl)
  const browser = createScriptedBrowser()
  const asked: string[] = []
  let authorizationUrl = url
  const authProvider = createProvider((shown) => {
    authorizationUrl = shown
    asked.push(shown.searchParams.get('scope') ?? '')
  })
  const openTransport = (): StreamableHTTPClientTransport =>
    new StreamableHTTPClientTransport(url, { authProvider })

  /** Goes to the authorization server with the user if `action` needs that, and tries once more. */
  const signedIn = async <Result>(
    transport: StreamableHTTPClientTransport,
    signIn: SignIn,
    action: () => Promise<Result>,
    again = action,
  ): Promise<Result> => {
    try {
      return await action()
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error
      const callback = await browser.authorize(authorizationUrl, signIn)
      await transport.finishAuth(callback.searchParams)
      return again()
    }
  }

  const client = new Client(
    { name: 'todo-client', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' } },
  )
  const first = openTransport()
  const transport = openTransport()
  await signedIn(
    first,
    user,
    () => client.connect(first),
    () => client.connect(transport),
  )
  return {
    listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
    callTool: (name, args = {}) =>
      signedIn(transport, stepUp, async () => {
        const { content, isError = false } = await client.callTool({ name, arguments: args })
        return { isError, text: content[0]?.type === 'text' ? content[0].text : '' }
      }),
    asked,
    close: () => client.close(),
  }
}

/** In memory; an application keeps this where it survives a restart, and opens a real browser. */
export function createProvider(redirectToAuthorization: (url: URL) => void): OAuthClientProvider {
  const redirectUrl = 'http://127.0.0.1:33418/callback'
  const state = randomUUID()
  const kept = new Map<string, unknown>()
  const load = (key: string) => () => kept.get(key) as never
  const save = (key: string) => (value: unknown) => void kept.set(key, value)
  return {
    redirectUrl,
    clientMetadata: {
      client_name: 'todo-client',
      redirect_uris: [redirectUrl],
      token_endpoint_auth_method: 'none',
    },
    redirectToAuthorization,
    state: () => state,
    clientInformation: load('client'),
    saveClientInformation: save('client'),
    tokens: load('tokens'),
    saveTokens: save('tokens'),
    discoveryState: load('discovery'),
    saveDiscoveryState: save('discovery'),
    codeVerifier: load('verifier'),
    saveCodeVerifier: save('verifier'),
  }
}
