import { createResourceServer } from 'mcp-gatehouse'
import { currentPrincipal } from 'mcp-gatehouse/context'
import { createMcpHandler } from 'mcp-handler'
import * as z from 'zod'

const gatehouse = createResourceServer({
  resource: process.env.MCP_URL ?? 'http://127.0.0.1:3000/mcp',
  authorizationServers: [process.env.ISSUER ?? 'https://id.example.com/realms/acme'],
  requiredScopes: ['notes:read'],
  allowInsecureLoopback: true,
})

const mcp = createMcpHandler((server) => {
  server.registerTool(
    'find_notes',
    { description: 'Find your notes', inputSchema: z.object({ text: z.string() }) },
    ({ text }) => {
      const caller = currentPrincipal()
      return { content: [{ type: 'text', text: `${caller?.subject} looks for ${text}` }] }
    },
  )
})

// mcp-handler reads the body itself, so that the gate leaves it alone.
const handler = gatehouse.protectFetch(mcp)

export { handler as DELETE, handler as GET, handler as OPTIONS, handler as POST }
