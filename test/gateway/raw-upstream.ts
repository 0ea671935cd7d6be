import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { close, listen } from '../../src/testing/loopback-server.ts'

/** A request as the upstream has seen it. */
export interface SeenRequest {
  readonly method: string
  readonly url: string
  /** Field by field, as they came. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly message: IncomingMessage
}

export type Respond = (seen: SeenRequest, response: ServerResponse) => unknown

/** An MCP server that is nothing but HTTP. */
export interface RawUpstream {
  readonly url: string
  readonly port: number
  readonly seen: SeenRequest[]
  /** Connections that were opened. */
  readonly connections: number
  /** Answers from now on in this way. */
  respond: Respond
  close(): Promise<void>
}

/** Answers each call with its own name. */
export const ECHO: Respond = ({ body }, response) => {
  const { id, method } = JSON.parse(body || '{}') as { id?: unknown; method?: string }
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ jsonrpc: '2.0', id, result: { method } }))
}

export async function startRawUpstream(port = 0): Promise<RawUpstream> {
  let connections = 0
  const seen: SeenRequest[] = []
  const server = createServer((message, response) => {
    void text(message).then((body) => {
      const { method = '', url = '', headers, rawHeaders } = message
      const fields = rawHeaders.flatMap((name, at) =>
        at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as const] : [],
      )
      const request = { method, url, headers, fields, body, message }
      seen.push(request)
      return upstream.respond(request, response)
    })
  })
  server.on('connection', () => {
    connections += 1
  })
  const bound = await listen(server, port, '127.0.0.1')
  const upstream: RawUpstream = {
    url: `http://127.0.0.1:${bound}/mcp`,
    port: bound,
    seen,
    get connections() {
      return connections
    },
    respond: ECHO,
    close: async () => {
      server.closeAllConnections()
      await close(server)
    },
  }
  return upstream
}
