import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll } from 'vitest'
import {
  type AnswerPlan,
  type BodyRewriter,
  createMessageRewriter,
  type PlanAnswer,
} from '../../src/http/index.ts'
import { type Answer, exchangeHttp1, exchangeHttp2, type Watch } from './node-answer-clients.ts'

export type Listener = (response: ServerResponse) => unknown
export type Exchange = (handle: Listener, watch?: Watch) => Promise<Answer>

/** Serves `handle` to one request of a client; both protocols run while the tests of a file do. */
export const protocols: readonly (readonly [string, Exchange])[] = [
  ['HTTP/1.1', (handle, watch = {}) => exchangeHttp1(listen(http1, handle), watch)],
  ['HTTP/2', (handle, watch = {}) => exchangeHttp2(listen(http2, handle), watch)],
]

let listener: Listener = () => undefined
const serve = (_request: unknown, response: ServerResponse): void => {
  response.on('error', () => undefined)
  listener(response)
}
const http1 = createServer(serve)
// Node's compatibility API has the shape of node:http, under types of its own.
const http2 = createHttp2Server(serve as never)

beforeAll(async () => {
  for (const server of [http1, http2]) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
})
afterAll(() => {
  http1.close()
  http1.closeAllConnections()
  http2.close()
})

function listen(server: { address(): unknown }, handle: Listener): number {
  listener = handle
  return (server.address() as AddressInfo).port
}

export const JSON_TYPE = { 'Content-Type': 'application/json' }
export const STREAM = { 'Content-Type': 'text/event-stream' }

/** The same plan for every answer. */
export function planned(plan: AnswerPlan): PlanAnswer {
  return () => plan
}

export const shout: BodyRewriter = {
  push: (chunk) => Buffer.from(Buffer.from(chunk).toString().toUpperCase()),
  end: () => Buffer.from('!'),
}
export const shoutLater: BodyRewriter = {
  async push(chunk) {
    await new Promise((resolve) => setTimeout(resolve, 2))
    return shout.push(chunk)
  },
  end: async () => shout.end(),
}
export const broken: BodyRewriter = {
  push: () => {
    throw new Error('broken')
  },
  end: () => new Uint8Array(0),
}

/** Changes what has a `secret`. */
export function filter(
  contentType: string,
  { maxBytes = 1_000, isLater = false }: { maxBytes?: number; isLater?: boolean } = {},
): BodyRewriter {
  const change = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && 'secret' in value ? { changed: true } : value
  const created = createMessageRewriter(
    contentType,
    isLater ? async (value) => change(value) : change,
    { maxBytes },
  )
  if (created === undefined) throw new Error(`${contentType} is not rewritten.`)
  return created
}
