// An MCP server as there are thousands: it speaks stdio, and knows nothing of sign-ins.
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'

const notes: string[] = []

serveStdio(() => {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  server.registerTool('add_note', { inputSchema: z.object({ text: z.string() }) }, ({ text }) => {
    notes.push(text)
    return { content: [{ type: 'text', text: `${process.env['NOTES_OF']}: ${notes.join(', ')}` }] }
  })
  return server
})
