import { type IncomingMessage, type OutgoingHttpHeaders, request as openRequest } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

/** A request, field line by field line: `fetch` would join or refuse some of them. */
export interface WireRequest {
  /** @defaultValue GET */
  readonly method?: string
  /** The request target as it is sent. @defaultValue `/mcp` */
  readonly target?: string
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: string
  /** The `Host` line; `null` sends none. @defaultValue where the server listens */
  readonly host?: string | null
}

/** An answer, without what a framework or the connection adds to every one. */
export interface WireAnswer {
  readonly status: number
  /** Names in lower case; the values of repeated lines joined with a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An answer whose body is still arriving. */
export interface OpenAnswer extends Omit<WireAnswer, 'body'> {
  readonly body: AsyncIterable<Uint8Array>
}

const NOT_OURS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'transfer-encoding',
  'x-powered-by',
])

const TIMEOUT_MILLISECONDS = 10_000

/** Leaves out what is not part of the behaviour that is compared. */
export function ourHeaders(
  fields: Iterable<readonly [name: string, value: string]>,
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of fields) {
    const key = name.toLowerCase()
    if (NOT_OURS.has(key)) continue
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`
  }
  return headers
}

/** Sends a request over a connection of its own and returns when the answer's head is there. */
export function openExchange(port: number, request: WireRequest): Promise<OpenAnswer> {
  const {
    method = 'GET',
    target = '/mcp',
    headers = [],
    body,
    host = `127.0.0.1:${port}`,
  } = request
  const lines = [
    ...(host === null ? [] : [['Host', host] as const]),
    ...headers,
    ...(body === undefined ? [] : [['Content-Length', String(Buffer.byteLength(body))] as const]),
  ]
  return new Promise((resolve, reject) => {
    const outgoing = openRequest(
      {
        host: '127.0.0.1',
        port,
        method,
        path: target,
        // A flat list of names and values is written as it is.
        headers: lines.flat() as unknown as OutgoingHttpHeaders,
        agent: false,
        timeout: TIMEOUT_MILLISECONDS,
      },
      (answer) =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: ourHeaders(rawFields(answer)),
          body: answer,
        }),
    )
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer to ${method} ${target}`)))
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Sends a request and reads the whole answer. */
export async function exchange(port: number, request: WireRequest): Promise<WireAnswer> {
  const { status, headers, body } = await openExchange(port, request)
  return { status, headers, body: await text(body) }
}

/** Sends bytes that no client library would, and returns what came back until the end. */
export function sendBytes(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let received = ''
    socket.setTimeout(TIMEOUT_MILLISECONDS, () => socket.destroy(new Error('no answer')))
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
    })
    socket.on('close', () => resolve(received))
    socket.on('error', reject)
    socket.write(bytes, 'latin1')
  })
}

function rawFields({ rawHeaders }: IncomingMessage): (readonly [string, string])[] {
  return Array.from(
    { length: rawHeaders.length / 2 },
    (_, index) => [rawHeaders[index * 2] ?? '', rawHeaders[index * 2 + 1] ?? ''] as const,
  )
}
