import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express, { type Request, type RequestHandler, type Response } from 'express'
import { currentPrincipal } from 'mcp-gatehouse/context'
import { requireBearer, serveMetadata } from 'mcp-gatehouse/express'
import { requireScopes } from 'mcp-gatehouse/sdk'
import * as z from 'zod'
import type { ServerFixture } from './server-fixture.ts'

/** Called inside the tool, before it looks up who calls. */
export type BeforeLookup = () => Promise<void>

/** Long enough for a head to get out. */
const LOOKUP_MILLISECONDS = 50

function buildServer(beforeLookup: BeforeLookup): McpServer {
  const server = new McpServer({ name: 'notes-v1', version: '1.0.0' })
  server.registerTool('whoami', { inputSchema: { note: z.string() } }, async ({ note }, extra) => {
    await beforeLookup()
    const whoami = {
      note,
      session: extra.sessionId,
      scopes: extra.authInfo?.scopes,
      subject: currentPrincipal()?.subject,
    }
    return { content: [{ type: 'text', text: JSON.stringify(whoami) }] }
  })
  server.registerTool('add_note', {}, () => ({ content: [{ type: 'text', text: 'added' }] }))
  server.registerTool('read_diary', {}, (extra) => {
    requireScopes(extra, 'notes:private')
    return { content: [{ type: 'text', text: 'dear diary' }] }
  })
  server.registerTool('read_diary_slowly', {}, async (extra) => {
    await setTimeout(LOOKUP_MILLISECONDS)
    requireScopes(extra, 'notes:private')
    return { content: [{ type: 'text', text: 'dear diary' }] }
  })
  return server
}

/** SDK v1 without sessions: a server and a transport per request. */
export function createStatelessFixture(beforeLookup: BeforeLookup): ServerFixture {
  return createFixture(async (req, res) => {
    const transport = new StreamableHTTPServerTransport()
    await connect(transport, beforeLookup)
    await transport.handleRequest(req, res, req.body)
  })
}

/**
 * SDK v1 with sessions: a server and a transport per session, kept between its requests.
 * `enableJsonResponse` as in the SDK: JSON where it would open a stream for the answer.
 */
export function createStatefulFixture(
  beforeLookup: BeforeLookup,
  { enableJsonResponse = false }: { readonly enableJsonResponse?: boolean } = {},
): ServerFixture {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  return createFixture(async (req, res) => {
    const known = sessions.get(req.get('mcp-session-id') ?? '')
    const transport =
      known ??
      new StreamableHTTPServerTransport({
        enableJsonResponse,
        sessionIdGenerator: () => randomUUID(),
        onsessioninitialized: (id) => {
          sessions.set(id, transport)
        },
      })
    if (known === undefined) await connect(transport, beforeLookup)
    await transport.handleRequest(req, res, req.body)
  })
}

function createFixture(handle: (req: Request, res: Response) => Promise<void>): ServerFixture {
  const handler: RequestHandler = (req, res) => {
    void handle(req, res)
  }
  return async (gatehouse, path) => {
    const app = express()
    app.use(serveMetadata(gatehouse))
    app.all(path, requireBearer(gatehouse), express.json(), handler)
    return app
  }
}

async function connect(
  transport: StreamableHTTPServerTransport,
  beforeLookup: BeforeLookup,
): Promise<void> {
  await buildServer(beforeLookup).connect(transport)
}
