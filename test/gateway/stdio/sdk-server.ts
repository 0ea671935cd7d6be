/** An MCP server on stdio that says what it is told, and ends when it is asked to. */
import { type CallToolResult, McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'

const text = (value: unknown): CallToolResult => ({
  content: [{ type: 'text', text: JSON.stringify(value) }],
})
const inputSchema = z.object({})
let calls = 0

serveStdio(
  () => {
    const server = new McpServer(
      { name: 'told', version: '1.0.0' },
      { capabilities: { logging: {}, tools: { listChanged: true } } },
    )
    server.registerTool('environment', { inputSchema }, async () => text(process.env))
    server.registerTool('process', { inputSchema }, async () => {
      calls += 1
      return text({ pid: process.pid, calls })
    })
    server.registerTool('crash', { inputSchema }, async () => process.exit(3))
    server.registerTool('announce', { inputSchema }, async () => {
      server.sendToolListChanged()
      return text('announced')
    })
    server.registerTool('number', { inputSchema: z.object({ n: z.number() }) }, async ({ n }) =>
      text(n),
    )
    server.registerTool('progress', { inputSchema }, async (_args, { mcpReq }) => {
      const { _meta: meta } = mcpReq
      const progressToken = meta?.progressToken
      if (progressToken !== undefined) {
        await mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken, progress: 1 },
        })
      }
      return text(calls)
    })
    server.registerTool('slow', { inputSchema }, (_args, { mcpReq }) => {
      const { promise, resolve } = Promise.withResolvers<CallToolResult>()
      mcpReq.signal.addEventListener('abort', () => {
        process.stderr.write('cancelled\n')
        resolve(text('cancelled'))
      })
      return promise
    })
    return server
  },
  { legacy: process.argv[2] === 'modern' ? 'reject' : 'serve' },
)
