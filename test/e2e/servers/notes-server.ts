import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer, type McpServerFactory } from '@modelcontextprotocol/server'
import { currentPrincipal } from 'mcp-gatehouse/context'
import { requireScopes } from 'mcp-gatehouse/sdk'
import * as z from 'zod'

/** Long enough for a head to get out. */
const LOOKUP_MILLISECONDS = 50

/**
 * An MCP server on the SDK v2 that tells callers who they are, by both ways of reading that. It has
 * notes, for a policy to protect, and a diary, which protects itself.
 */
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
  server.registerTool('add_note', {}, () => ({ content: [{ type: 'text', text: 'added' }] }))
  server.registerTool('read_diary', {}, (ctx) => {
    requireScopes(ctx, 'notes:private')
    return { content: [{ type: 'text', text: 'dear diary' }] }
  })
  server.registerTool('read_diary_slowly', {}, async (ctx) => {
    // On 2026-07-28 this opens the stream, and with it the answer.
    await ctx.mcpReq.notify({
      method: 'notifications/progress',
      params: { progressToken: 'slow', progress: 1 },
    })
    await setTimeout(LOOKUP_MILLISECONDS)
    requireScopes(ctx, 'notes:private')
    return { content: [{ type: 'text', text: 'dear diary' }] }
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
