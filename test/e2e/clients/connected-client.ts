import type { SignIn } from 'mcp-gatehouse/testing'
import * as z from 'zod'

/** A client that is through the whole sign-in. */
export interface ConnectedClient {
  /** The revision of MCP that client and server agreed on. */
  readonly protocolVersion: string | undefined
  /** Calls a tool and returns the text of its result. */
  callTool(name: string, args?: Record<string, unknown>): Promise<string>
  close(): Promise<void>
}

/** Connects to a protected server as somebody, with no knowledge but the URL at the beginning. */
export type ConnectClient = (serverUrl: string, signIn: SignIn) => Promise<ConnectedClient>

/** A client of an SDK, which lets itself be watched. */
export interface SdkClient extends ConnectedClient {
  /** What it sent and how that was answered, such as `POST /mcp tools/call 403`. */
  readonly exchanges: string[]
  /** Calls a tool and returns its result as it is. */
  callToolRaw(name: string): Promise<unknown>
  /** The names of the tools that it is shown. */
  listTools(): Promise<readonly string[]>
  /** The scopes of each authorization request that it sent its user away with. */
  requestedScopes(): readonly string[]
  /** The scopes of the token that it holds. */
  grantedScopes(): string | undefined
  /** The access token that it holds. */
  accessToken(): string | undefined
  /** What hosts have for the first sign-in: the browser at the URL, then `finishAuth`. */
  signIn(as?: SignIn): Promise<void>
}

/** Connects a client of an SDK. */
export type ConnectSdkClient = (serverUrl: string, signIn: SignIn) => Promise<SdkClient>

/** How the client of an SDK is known to authorization servers. @defaultValue it registers itself */
export interface SdkClientOptions {
  /** @defaultValue what the authorization server gives, which includes refresh tokens */
  readonly grantTypes?: readonly string[]
  /** Its metadata document, for authorization servers that read them. */
  readonly clientMetadataUrl?: string
  /** What it was registered as beforehand. */
  readonly registered?: { readonly client_id: string; readonly client_secret?: string }
  /** Authenticates it at the token endpoint, where it has a key. */
  readonly addClientAuthentication?: (
    headers: Headers,
    params: URLSearchParams,
    url: string | URL,
  ) => void | Promise<void>
}

const TextResult = z.object({
  content: z.tuple([z.object({ type: z.literal('text'), text: z.string() })]),
  isError: z.literal(false).optional(),
})

/** The text of a successful tool result. */
export function textOf(result: unknown): string {
  return TextResult.parse(result).content[0].text
}
