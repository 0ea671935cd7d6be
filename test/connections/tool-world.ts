import {
  StreamableHTTPClientTransport as ClientTransportV2,
  Client as ClientV2,
} from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as ClientTransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { WebStandardStreamableHTTPServerTransport as TransportV1 } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import {
  createMcpHandler,
  type McpServer as McpServerV2,
  WebStandardStreamableHTTPServerTransport as TransportV2,
} from '@modelcontextprotocol/server'
import { createResourceServer } from 'mcp-gatehouse'
import type { TokenIssuer } from 'mcp-gatehouse/testing'

export const RESOURCE = 'https://mcp.example.com/mcp'

/** What a client asks its user, and what the user does. */
export interface Elicited {
  readonly mode?: string
  readonly message: string
  readonly url: string
  readonly elicitationId?: string
}
type Action = 'accept' | 'decline' | 'cancel'
export type Answer = (asked: Elicited) => Action | Promise<Action>

/** A client, the same for both SDKs. */
export interface ToolClient {
  call(
    name: string,
    args?: Readonly<Record<string, unknown>>,
    signal?: AbortSignal,
  ): Promise<unknown>
  prompt(name: string): Promise<unknown>
  read(uri: string): Promise<unknown>
  /** What it was asked so far, and which are done. */
  readonly asked: Elicited[]
  readonly completed: string[]
  close(): Promise<void>
}

export interface ClientOptions {
  readonly token: string
  readonly fetch: Fetch
  /** What its user does with a URL; without it no URL mode is declared. */
  readonly url?: Answer
  /** Declares form mode. */
  readonly form?: boolean
  readonly revision?: '2025-03-26' | '2025-06-18' | '2025-11-25' | '2026-07-28'
}

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>

export async function connectV2(options: ClientOptions): Promise<ToolClient> {
  const { revision = '2026-07-28' } = options
  const isModern = revision === '2026-07-28'
  const client = new ClientV2(
    { name: 'notes-app', version: '1.0.0' },
    {
      capabilities: capabilitiesOf(options),
      versionNegotiation: { mode: isModern ? { pin: revision } : 'legacy' },
      ...(!isModern && { supportedProtocolVersions: [revision] }),
    },
  )
  const asked: Elicited[] = []
  const completed: string[] = []
  if (options.url !== undefined || options.form === true) {
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      asked.push(params as Elicited)
      return { action: (await options.url?.(params as Elicited)) ?? 'cancel' }
    })
  }
  client.setNotificationHandler('notifications/elicitation/complete', ({ params }) => {
    completed.push(params.elicitationId)
  })
  await client.connect(new ClientTransportV2(new URL(RESOURCE), transportOptions(options)))
  return {
    asked,
    completed,
    call: (name, args = {}, signal) =>
      client.callTool({ name, arguments: args }, signal && { signal }),
    prompt: (name) => client.getPrompt({ name }),
    read: (uri) => client.readResource({ uri }),
    close: () => client.close(),
  }
}

export async function connectV1(options: ClientOptions): Promise<ToolClient> {
  const client = new ClientV1(
    { name: 'notes-app', version: '1.0.0' },
    { capabilities: capabilitiesOf(options) },
  )
  const asked: Elicited[] = []
  const completed: string[] = []
  if (options.url !== undefined || options.form === true) {
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
      asked.push(params as Elicited)
      return { action: (await options.url?.(params as Elicited)) ?? 'cancel' }
    })
  }
  client.fallbackNotificationHandler = async ({ method, params }) => {
    if (method === 'notifications/elicitation/complete') {
      completed.push(String(params?.['elicitationId']))
    }
  }
  await client.connect(new ClientTransportV1(new URL(RESOURCE), transportOptions(options)))
  return {
    asked,
    completed,
    call: (name, args = {}, signal) =>
      client.callTool({ name, arguments: args }, undefined, signal && { signal }),
    prompt: (name) => client.getPrompt({ name }),
    read: (uri) => client.readResource({ uri }),
    close: () => client.close(),
  }
}

function capabilitiesOf({ url, form }: ClientOptions) {
  const elicitation = { ...(form === true && { form: {} }), ...(url && { url: {} }) }
  return url !== undefined || form === true ? { elicitation } : {}
}

function transportOptions({ token, fetch }: ClientOptions) {
  return { fetch, requestInit: { headers: { Authorization: `Bearer ${token}` } } }
}

export function gate(issuer: TokenIssuer) {
  return createResourceServer({
    resource: RESOURCE,
    authorizationServers: [issuer.issuer],
    allowInsecureLoopback: true,
  })
}

/** SDK v2, a server for each request: 2026-07-28, and earlier revisions without sessions. */
export function servePerRequest(issuer: TokenIssuer, build: () => McpServerV2): Fetch {
  const fetch = gate(issuer).protect(createMcpHandler(build).fetch)
  return (url, init) => fetch(new Request(url, init))
}

interface SessionTransport {
  readonly sessionId?: string | undefined
  handleRequest(request: Request, options: object): Promise<Response>
}

/** A server for each session. */
function serveSessions(issuer: TokenIssuer, open: () => Promise<SessionTransport>): Fetch {
  const sessions = new Map<string, SessionTransport>()
  const fetch = gate(issuer).protect(async (request, { authInfo, parsedBody }) => {
    const id = request.headers.get('mcp-session-id')
    const transport = (id === null ? undefined : sessions.get(id)) ?? (await open())
    const answer = await transport.handleRequest(request, { authInfo, parsedBody })
    if (transport.sessionId !== undefined) sessions.set(transport.sessionId, transport)
    return answer
  })
  return (url, init) => fetch(new Request(url, init))
}

export function serveSessionsV1(issuer: TokenIssuer, build: () => McpServerV1): Fetch {
  return serveSessions(issuer, async () => {
    const transport = new TransportV1({ sessionIdGenerator: () => crypto.randomUUID() })
    await build().connect(transport)
    return transport
  })
}

export function serveSessionsV2(issuer: TokenIssuer, build: () => McpServerV2): Fetch {
  return serveSessions(issuer, async () => {
    const transport = new TransportV2({ sessionIdGenerator: () => crypto.randomUUID() })
    await build().connect(transport)
    return transport
  })
}
