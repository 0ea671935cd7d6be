import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import {
  type EventStore,
  StreamableHTTPServerTransport,
} from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express from 'express'
import {
  type AuditEvent,
  createResourceServer,
  type ResourceServer,
  type ResourceServerOptions,
} from 'mcp-gatehouse'
import { requireBearer } from 'mcp-gatehouse/express'
import { createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import { close, listen } from '../../../src/testing/loopback-server.ts'
import { exchange, type OpenAnswer, openExchange, type WireAnswer } from '../../adapters/wire.ts'
import { bearer, post, RESOURCE } from '../../adapters/world.ts'
import { ACCEPT, messageOf } from '../../conformance/eras.ts'

/** A server of SDK v1 with sessions and an event store, behind Express; two issuers are trusted. */
export interface SessionsWorld {
  readonly gatehouse: ResourceServer
  readonly issuer: TokenIssuer
  readonly otherIssuer: TokenIssuer
  readonly events: AuditEvent[]
  /** Identifiers of the sessions that the server has. */
  readonly sessions: ReadonlyMap<string, StreamableHTTPServerTransport>
  /** How often the server was asked for what a client missed. */
  readonly replays: readonly string[]
  mint(claims: Readonly<Record<string, unknown>>): Promise<string>
  /** Opens a session; `lines` are sent with `initialize`. */
  initialize(token: string, ...lines: (readonly [string, string])[]): Promise<WireAnswer>
  /** Sends a request of a session: a call by POST, else without a body. */
  send(
    method: 'POST' | 'GET' | 'DELETE',
    token: string,
    ...lines: (readonly [string, string])[]
  ): Promise<WireAnswer>
  open(token: string, ...lines: (readonly [string, string])[]): Promise<OpenAnswer>
  close(): Promise<void>
}

const INITIALIZE = messageOf(
  '2025-11-25',
  'initialize',
  {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'client', version: '1.0.0' },
  },
  1,
)
const CALL = messageOf('2025-11-25', 'tools/call', { name: 'read_note' }, 2)

export async function openSessionsWorld(
  options: Partial<ResourceServerOptions> = {},
): Promise<SessionsWorld> {
  const [issuer, otherIssuer] = await Promise.all([createTokenIssuer(), createTokenIssuer()])
  const events: AuditEvent[] = []
  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: [issuer.issuer, otherIssuer.issuer],
    allowInsecureLoopback: true,
    policy: { tools: { read_note: [] } },
    ...options,
    onEvent: (event) => void events.push(event),
  })
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  const replays: string[] = []
  const server = createServer(createApp(gatehouse, sessions, replays))
  const port = await listen(server, 0, '127.0.0.1')

  const lined = (token: string, lines: readonly (readonly [string, string])[]) => ({
    headers: [bearer(token), ACCEPT, ...lines],
  })
  return {
    gatehouse,
    issuer,
    otherIssuer,
    events,
    sessions,
    replays,
    mint: (claims) => issuer.mint({ aud: RESOURCE, ...claims }),
    initialize: (token, ...lines) =>
      exchange(port, post(INITIALIZE, bearer(token), ACCEPT, ...lines)),
    send: (method, token, ...lines) =>
      exchange(
        port,
        method === 'POST'
          ? post(CALL, bearer(token), ACCEPT, ...lines)
          : { method, ...lined(token, lines) },
      ),
    open: (token, ...lines) => openExchange(port, { method: 'GET', ...lined(token, lines) }),
    async close() {
      server.closeAllConnections()
      await Promise.all([close(server), issuer.close(), otherIssuer.close()])
    },
  }
}

function createApp(
  gatehouse: ResourceServer,
  sessions: Map<string, StreamableHTTPServerTransport>,
  replays: string[],
): express.Express {
  const app = express()
  app.all('/mcp', requireBearer(gatehouse), express.json(), async (req, res) => {
    const known = sessions.get(req.get('mcp-session-id') ?? '')
    const transport =
      known ??
      new StreamableHTTPServerTransport({
        sessionIdGenerator: () => randomUUID(),
        eventStore: createEventStore(replays),
        onsessioninitialized: (id) => void sessions.set(id, transport),
        onsessionclosed: (id) => void sessions.delete(id),
      })
    if (known === undefined) await buildServer().connect(transport)
    await transport.handleRequest(req, res, req.body)
  })
  return app
}

function buildServer(): McpServer {
  const server = new McpServer(
    { name: 'notes', version: '1.0.0' },
    { capabilities: { logging: {} } },
  )
  server.registerTool('read_note', {}, () => ({
    content: [{ type: 'text', text: 'a secret note' }],
  }))
  return server
}

/** Keeps every event of a session; an event's id is its stream and its place. */
function createEventStore(replays: string[]): EventStore {
  const events: { readonly streamId: string; readonly message: unknown }[] = []
  return {
    storeEvent: async (streamId, message) =>
      `${streamId}/${events.push({ streamId, message }) - 1}`,
    async replayEventsAfter(lastEventId, { send }) {
      replays.push(lastEventId)
      const [streamId = '', last] = lastEventId.split('/')
      for (const [place, event] of events.entries()) {
        if (place <= Number(last) || event.streamId !== streamId) continue
        await send(`${streamId}/${place}`, event.message as Parameters<typeof send>[1])
      }
      return streamId
    },
  }
}
