import { randomUUID } from 'node:crypto'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express, { type Express } from 'express'
import { createResourceServer } from 'mcp-gatehouse'
import { currentPrincipal } from 'mcp-gatehouse/context'
import { requireBearer, serveMetadata } from 'mcp-gatehouse/express'
import * as z from 'zod'

/** A server of version 1 of the SDK that remembers what was said in a session. */
export function createDiary(resource: string, issuer: string): Express {
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [issuer],
    requiredScopes: ['diary'],
    allowInsecureLoopback: true,
  })
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  const app = express()
  app.use(serveMetadata(gatehouse))
  // A session belongs to who began it: the gate answers 404 to everybody else.
  app.all('/mcp', requireBearer(gatehouse), express.json(), async (req, res) => {
    const transport = sessions.get(req.get('mcp-session-id') ?? '') ?? (await openSession(sessions))
    await transport.handleRequest(req, res, req.body)
  })
  return app
}

async function openSession(
  sessions: Map<string, StreamableHTTPServerTransport>,
): Promise<StreamableHTTPServerTransport> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
  })
  await buildServer().connect(transport)
  return transport
}

function buildServer(): McpServer {
  const entries: string[] = []
  const server = new McpServer({ name: 'diary', version: '1.0.0' })
  server.registerTool('write', { inputSchema: { text: z.string() } }, ({ text }) => {
    entries.push(`${currentPrincipal()?.subject}: ${text}`)
    return { content: [{ type: 'text', text: entries.join('\n') }] }
  })
  return server
}
