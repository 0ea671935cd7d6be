import { McpServer } from '@modelcontextprotocol/server'
import { currentPrincipal } from 'mcp-gatehouse/context'
import * as z from 'zod'

export function buildServer(): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  server.registerTool(
    'find_notes',
    { description: 'Find your notes', inputSchema: z.object({ text: z.string() }) },
    ({ text }) => {
      const caller = currentPrincipal()
      return { content: [{ type: 'text', text: `${caller?.subject} looks for ${text}` }] }
    },
  )
  return server
}
