/** An MCP server over stdio, as a client starts it: nobody signs in. */
import { McpServer } from '@modelcontextprotocol/server'
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { currentPrincipal } from 'mcp-gatehouse/context'

const server = new McpServer({ name: 'stdio', version: '1.0.0' })
server.registerTool('whoami', {}, async (ctx) => {
  const whoami = { principal: typeof currentPrincipal(), http: typeof ctx.http }
  return { content: [{ type: 'text', text: JSON.stringify(whoami) }] }
})
await server.connect(new StdioServerTransport())
