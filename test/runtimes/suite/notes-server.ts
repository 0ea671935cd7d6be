import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'

/** An MCP server on the SDK v2 with one tool, which tells callers who they are. */
export const notes: ReturnType<typeof createMcpHandler> = createMcpHandler(() => {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  server.registerTool('whoami', { inputSchema: z.object({}) }, async (_args, ctx) => {
    const { clientId, scopes } = ctx.http?.authInfo ?? {}
    return { content: [{ type: 'text', text: JSON.stringify([clientId, scopes]) }] }
  })
  return server
})
