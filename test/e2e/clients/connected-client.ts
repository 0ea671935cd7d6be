import type { SignIn } from 'mcp-gatehouse/testing'
import * as z from 'zod'

/** A client that is through the whole sign-in. */
interface ConnectedClient {
  /** The revision of MCP that client and server agreed on. */
  readonly protocolVersion: string | undefined
  /** Calls a tool and returns the text of its result. */
  callTool(name: string, args?: Record<string, unknown>): Promise<string>
  close(): Promise<void>
}

/** Connects to a protected server as somebody, with no knowledge but the URL at the beginning. */
export type ConnectClient = (serverUrl: string, signIn: SignIn) => Promise<ConnectedClient>

const TextResult = z.object({
  content: z.tuple([z.object({ type: z.literal('text'), text: z.string() })]),
  isError: z.literal(false).optional(),
})

/** The text of a successful tool result. */
export function textOf(result: unknown): string {
  return TextResult.parse(result).content[0].text
}
