import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { createResourceServer, definePolicy } from 'mcp-gatehouse'
import { guard, reconcile, requireScopes } from 'mcp-gatehouse/sdk'
import * as z from 'zod'

const policy = definePolicy({ tools: { read_file: 'files:read' } })

const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: ['https://id.example.com/realms/acme'],
  policy,
})

const files = new Map([['plan.md', { isConfidential: true, text: 'World domination' }]])

function buildServer(): McpServer {
  const server = guard(new McpServer({ name: 'files', version: '1.0.0' }), policy)
  server.registerTool(
    'read_file',
    { description: 'Reads a file', inputSchema: z.object({ path: z.string() }) },
    ({ path }, ctx) => {
      const file = files.get(path)
      if (file?.isConfidential === true) requireScopes(ctx, 'files:confidential')
      return { content: [{ type: 'text', text: file?.text ?? '' }] }
    },
  )
  return server
}

reconcile(buildServer()) // fails here where the policy and the server do not fit
const mcp = createMcpHandler(buildServer)

export default { fetch: gatehouse.protect(mcp.fetch) }
