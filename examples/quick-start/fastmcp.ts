import { FastMCP } from 'fastmcp'
import { requireBearer, serveMetadata } from 'mcp-gatehouse/fastmcp'
import * as z from 'zod'
import { gatehouse } from './gatehouse.ts'

const server = new FastMCP({
  name: 'notes',
  version: '1.0.0',
  authenticate: requireBearer(gatehouse),
})
server.getApp().use(serveMetadata(gatehouse))
server.addTool({
  name: 'find_notes',
  description: 'Find your notes',
  parameters: z.object({ text: z.string() }),
  canAccess: ({ principal }) => principal.scopes.has('notes:read'),
  execute: async ({ text }, { session }) => `${session?.principal.subject} looks for ${text}`,
})

await server.start({
  transportType: 'httpStream',
  httpStream: { port: Number(process.env.PORT ?? 3000), stateless: true },
})
