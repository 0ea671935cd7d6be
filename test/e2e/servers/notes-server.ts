import type { IncomingMessage, ServerResponse } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer, type McpServerFactory } from '@modelcontextprotocol/server'
import { currentPrincipal } from 'mcp-gatehouse/context'
import * as z from 'zod'

/** An MCP server on the SDK v2 that tells callers who they are, by both ways of reading that. */
const buildNotesServer: McpServerFactory = () => {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  server.registerTool('whoami', { inputSchema: z.object({}) }, async (_args, ctx) => {
    const principal = currentPrincipal()
    const whoami = {
      scopes: ctx.http?.authInfo?.scopes,
      issuer: principal?.issuer,
      subject: principal?.subject,
    }
    return { content: [{ type: 'text', text: JSON.stringify(whoami) }] }
  })
  return server
}

/** It serves both protocol eras. */
export const notes: ReturnType<typeof createMcpHandler> = createMcpHandler(buildNotesServer)

const nodeHandler = toNodeHandler(notes)

/** The same for `node:http` and what builds on it. */
export async function handleNotes(
  req: IncomingMessage,
  res: ServerResponse,
  parsedBody?: unknown,
): Promise<void> {
  // The SDK's type takes a message to be a request, which has both.
  await nodeHandler(
    Object.assign(req, { method: req.method ?? 'GET', url: req.url ?? '/' }),
    res,
    parsedBody,
  )
}
