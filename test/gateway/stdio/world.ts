import { createServer } from 'node:http'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { AuditEvent } from 'mcp-gatehouse'
import {
  type CommandUpstreamOptions,
  createGateway,
  type Gateway,
  type GatewayOptions,
  type RouteOptions,
} from 'mcp-gatehouse/gateway'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { close, listen } from '../../../src/testing/loopback-server.ts'

/** A gateway whose one route is a command, and clients of its users. */
export interface StdioWorld {
  readonly url: string
  readonly events: AuditEvent[]
  readonly gateway: Gateway
  readonly options: GatewayOptions
  mint(subject: string): Promise<string>
  /** A client of the SDK that is connected as this user. */
  connect(subject: string, mode?: 'auto' | 'legacy'): Promise<Client>
  /** What the processes have written to their standard error. */
  stderr(): readonly string[]
  close(): Promise<void>
}

const script = (name: string): string[] => [
  '--conditions=mcp-gatehouse-source',
  join(import.meta.dirname, name),
]
/** The server that is built on the SDK. */
export const SDK_SERVER: CommandUpstreamOptions = {
  command: process.execPath,
  args: script('sdk-server.ts'),
}

/** The one that misbehaves. */
export function rawServer(mode: string): CommandUpstreamOptions {
  return { command: process.execPath, args: [...script('raw-server.ts'), mode] }
}

export async function openStdioWorld(
  upstream: CommandUpstreamOptions,
  route: Partial<RouteOptions> = {},
  more: Partial<GatewayOptions> = {},
): Promise<StdioWorld> {
  const server = createServer()
  const publicUrl = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`
  const url = `${publicUrl}/mcp`
  const issuer = await createTokenIssuer()
  const events: AuditEvent[] = []
  const options: GatewayOptions = {
    publicUrl,
    authorizationServers: [issuer.issuer],
    allowInsecureLoopback: true,
    drainSeconds: 0,
    onEvent: (event) => void events.push(event),
    ...more,
    routes: [{ path: '/mcp', upstream, ...route }],
  }
  const gateway = await createGateway(options)
  server.on('request', gateway.handle)
  const mint = (subject: string): Promise<string> => issuer.mint({ aud: url, sub: subject })
  return {
    url,
    events,
    gateway,
    options,
    mint,
    async connect(subject, mode = 'legacy') {
      const token = await mint(subject)
      const headers = { authorization: `Bearer ${token}` }
      const client = new Client(
        { name: 'test', version: '1.0.0' },
        { versionNegotiation: { mode } },
      )
      const transport = new StreamableHTTPClientTransport(new URL(url), {
        requestInit: { headers },
      })
      await client.connect(transport)
      return client
    },
    stderr: () => events.flatMap((event) => (event.type === 'upstream.stderr' ? [event.text] : [])),
    async close() {
      await gateway.close()
      await Promise.all([close(server), issuer.close()])
    },
  }
}

/** What a tool says, as JSON. */
export async function callForJson<Value>(
  client: Client,
  name: string,
  args: Readonly<Record<string, unknown>> = {},
): Promise<Value> {
  const { content } = await client.callTool({ name, arguments: args })
  const [first] = content
  return JSON.parse(first?.type === 'text' ? first.text : '') as Value
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
