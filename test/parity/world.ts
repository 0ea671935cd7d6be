import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import {
  type AuditEvent,
  createResourceServer,
  type ResourceServer,
  type ResourceServerOptions,
} from 'mcp-gatehouse'
import { currentPrincipal, getUser } from 'mcp-gatehouse/context'
import { createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import { onTestFinished } from 'vitest'

export const RESOURCE = 'https://mcp.example.com/mcp'
export const METADATA_PATH = '/.well-known/oauth-protected-resource/mcp'

type Claims = Readonly<Record<string, unknown>>

/** A protected MCP server and an issuer on a loopback socket. */
export interface ParityWorld {
  readonly issuer: TokenIssuer
  readonly gatehouse: ResourceServer
  readonly events: readonly AuditEvent[]
  /** Why requests were refused, in their order. */
  reasons(): readonly (string | undefined)[]
  /** A token for this server. */
  mint(claims?: Claims): Promise<string>
  /** Sends a request to the server, to a path of its origin; with a token it is a ping. */
  send(path: string, init?: RequestInit): Promise<Response>
  ping(token?: string): Promise<Response>
  /** Calls a tool with the client of the official SDK. */
  callTool(token: string, name: string, args?: Claims): Promise<string>
}

/** What {@link openWorld} can be told. */
export interface ParityWorldOptions {
  readonly issuer?: TokenIssuer
  /** Options of the resource server, once the issuer is known. */
  readonly options?: (issuer: TokenIssuer) => Partial<ResourceServerOptions>
  readonly tools?: (server: McpServer, gatehouse: () => ResourceServer) => void
}

/** Opens a world for one test; it is closed when the test is done. */
export async function openWorld({
  issuer: running,
  options = () => ({}),
  tools = addWhoami,
}: ParityWorldOptions = {}): Promise<ParityWorld> {
  const issuer = running ?? (await startIssuer())
  const events: AuditEvent[] = []
  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: [issuer.issuer],
    allowInsecureLoopback: true,
    onEvent: (event) => {
      events.push(event)
    },
    ...options(issuer),
  })
  const mcp = createMcpHandler(() => {
    const server = new McpServer({ name: 'parity', version: '1.0.0' })
    tools(server, () => gatehouse)
    return server
  })
  const handle = gatehouse.protect(mcp.fetch)
  const send: ParityWorld['send'] = (path, init) =>
    handle(new Request(new URL(path, gatehouse.resource), init))
  return {
    issuer,
    gatehouse,
    events,
    reasons: () => events.flatMap((event) => (event.type === 'auth.deny' ? [event.reason] : [])),
    mint: (claims) => issuer.mint({ aud: gatehouse.resource, ...claims }),
    send,
    ping: (token) => send(gatehouse.resource, pingWith(token)),
    async callTool(token, name, args = {}) {
      const client = new Client({ name: 'parity', version: '1.0.0' })
      const transport = new StreamableHTTPClientTransport(new URL(gatehouse.resource), {
        fetch: (url, init) => send(String(url), init),
        requestInit: { headers: { authorization: `Bearer ${token}` } },
      })
      await client.connect(transport)
      const { content } = await client.callTool({ name, arguments: { ...args } })
      await client.close()
      return content[0]?.type === 'text' ? content[0].text : ''
    },
  }
}

/** An issuer that ends with the test. */
export async function startIssuer(path?: string): Promise<TokenIssuer> {
  return closeLater(await createTokenIssuer(path === undefined ? {} : { path }))
}

/** Something that ends with the test. */
export function closeLater<Running extends { close(): Promise<void> }>(running: Running): Running {
  onTestFinished(() => running.close())
  return running
}

export function pingWith(token: string | undefined): RequestInit {
  return callOf('ping', {}, token)
}

/** A JSON-RPC request as an MCP client sends it. */
export function callOf(method: string, params: object, token: string | undefined): RequestInit {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const accept = 'application/json, text/event-stream'
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...authorization },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  }
}

/** A tool that says whose request it handles. */
function addWhoami(server: McpServer): void {
  server.registerTool('whoami', { description: 'Says who calls' }, () => {
    const { id, tenant, scopes } = currentPrincipal() ?? {}
    const { name, email } = getUser()
    return textOf({ id, tenant, scopes: [...(scopes ?? [])], name, email })
  })
}

export function textOf(value: unknown): { content: [{ type: 'text'; text: string }] } {
  return { content: [{ type: 'text', text: JSON.stringify(value) }] }
}
