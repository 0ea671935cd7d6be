import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import type { FetchRefusal, GuardedAnswer } from './guarded-fetch-options.ts'
import type { Target } from './target.ts'

/** How one GET is made. */
export interface ExchangeOptions {
  readonly accept: string
  readonly maxBytes: number
  readonly ca: readonly string[] | undefined
  /** A connection of a proxy to the target, where one is used. */
  readonly tunnel: Socket | undefined
  readonly signal: AbortSignal
}

/** Sends one GET to the checked addresses of a target and reads its answer. Never rejects. */
export function exchange(target: Target, options: ExchangeOptions): Promise<GuardedAnswer> {
  return new Promise((resolve) => {
    const sent = send(target, options)
    sent.on('error', (error) => {
      resolve(refusal(options.signal.aborted ? 'timeout' : failureOf(error)))
    })
    sent.on('response', (answer) => {
      readBody(answer, options.maxBytes)
        .then((body) => resolve(typeof body === 'string' ? refusal(body) : answerOf(answer, body)))
        .catch(() => resolve(refusal(options.signal.aborted ? 'timeout' : 'connection')))
        .finally(() => sent.destroy())
    })
    sent.end()
  })
}

function send(target: Target, { accept, ca, tunnel, signal }: ExchangeOptions): ClientRequest {
  const { url, host, port } = target
  const isHttps = url.protocol === 'https:'
  // Agents of our own: the global ones may keep connections, and may be set to use a proxy.
  const agent = isHttps ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false })
  const options: RequestOptions = {
    agent,
    host,
    port,
    path: `${url.pathname}${url.search}`,
    signal,
    headers: { host: url.host, accept, 'accept-encoding': 'identity', 'user-agent': '' },
    lookup: pinnedLookup(target.addresses),
    // In spite of NODE_TLS_REJECT_UNAUTHORIZED.
    rejectUnauthorized: true,
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca: [...ca] }),
    ...(tunnel !== undefined && { socket: tunnel }),
  }
  return isHttps ? httpsRequest(options) : httpRequest(options)
}

/** Answers with the addresses that were checked, so that there is no second look-up to be fooled. */
function pinnedLookup(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }))
  return (_hostname, { all }, callback) => {
    const [first = { address: '', family: 0 }] = found
    if (all === true) callback(null, found)
    else callback(null, first.address, first.family)
  }
}

async function readBody(
  answer: IncomingMessage,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | FetchRefusal> {
  // It could be small on the way and large afterwards, and nobody was asked for it.
  if ((answer.headers['content-encoding'] ?? 'identity') !== 'identity') return 'encoding'
  if (Number(answer.headers['content-length'] ?? 0) > maxBytes) return 'too-large'
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answer) {
    if (!(chunk instanceof Uint8Array)) continue
    bytes += chunk.byteLength
    if (bytes > maxBytes) return 'too-large'
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

function answerOf(answer: IncomingMessage, body: Uint8Array<ArrayBuffer>): GuardedAnswer {
  const headers = new Headers()
  for (const [name, value = []] of Object.entries(answer.headers)) {
    for (const line of [value].flat()) headers.append(name, line)
  }
  return { kind: 'answer', status: answer.statusCode ?? 0, headers, body }
}

function refusal(reason: FetchRefusal): GuardedAnswer {
  return { kind: 'refused', reason }
}

function failureOf(error: NodeJS.ErrnoException): FetchRefusal {
  const code = error.code ?? ''
  return /CERT|SSL|TLS|SIGNATURE|ISSUER|CRL|EPROTO/.test(code) ? 'tls' : 'connection'
}
