import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import express5 from 'express'
import express4 from 'express4'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import { afterAll, describe, expect, test } from 'vitest'
import { interceptAnswer } from '../../src/adapters/node-answer.ts'
import { createMessageRewriter, type PlanAnswer } from '../../src/http/index.ts'

const MESSAGE = { jsonrpc: '2.0', id: 1, result: { tools: [] } }
const EVENTS = [': ping\n\n', `data: ${JSON.stringify(MESSAGE)}\n\n`, 'data: 1\n\n']

async function* events(): AsyncGenerator<string> {
  for (const event of EVENTS) {
    yield event
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
function eventBody(): ReadableStream<Uint8Array> {
  const source = events()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await source.next()
      if (done === true) controller.close()
      else controller.enqueue(Buffer.from(value))
    },
  })
}

function onExpress(express: typeof express5): RequestListener {
  const app = express()
  app.get('/json', (_req, res) => void res.json(MESSAGE))
  app.get('/send', (_req, res) => {
    res.type('json').send(Buffer.from(JSON.stringify(MESSAGE)))
  })
  app.get('/stream', (_req, res) => {
    res.set('Content-Type', 'text/event-stream').flushHeaders()
    Readable.from(events()).pipe(res)
  })
  app.get('/empty', (_req, res) => void res.status(202).end())
  return app
}

async function onFastify(): Promise<RequestListener> {
  const app = fastify()
  app.get('/json', async () => MESSAGE)
  app.get('/send', (_request, reply) => {
    reply.type('application/json').send(Buffer.from(JSON.stringify(MESSAGE)))
  })
  app.get('/stream', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'Content-Type': 'text/event-stream' })
    Readable.from(events()).pipe(reply.raw)
  })
  app.get('/empty', (_request, reply) => reply.code(202).send())
  await app.ready()
  return (request, response) => app.routing(request, response)
}

function onHono(): RequestListener {
  const app = new Hono()
  app.get('/json', (c) => c.json(MESSAGE))
  app.get('/send', () => Response.json(MESSAGE))
  app.get('/stream', () => {
    return new Response(eventBody(), { headers: { 'Content-Type': 'text/event-stream' } })
  })
  app.get('/empty', (c) => c.body(null, 202))
  const listener = getRequestListener(app.fetch)
  return (request, response) => void listener(request, response)
}

const onNode: RequestListener = (request, response) => {
  if (request.url === '/empty') response.writeHead(202).end()
  else if (request.url === '/stream') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    Readable.from(events()).pipe(response)
  } else {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(MESSAGE))
  }
}

let plan: PlanAnswer | undefined
const servers: Server[] = []
afterAll(() => {
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    if (plan !== undefined) interceptAnswer(response, plan)
    listener(request, response)
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function ask(using: PlanAnswer | undefined, url: string, init: RequestInit = {}) {
  plan = using
  const response = await fetch(url, init)
  const headers = Object.fromEntries(response.headers)
  delete headers['date']
  return { status: response.status, headers, body: await response.text() }
}

const change = (message: unknown): unknown =>
  typeof message === 'object' && message !== null && 'result' in message
    ? { ...message, result: 'changed' }
    : message

function filtering(rewrite: (message: unknown) => unknown): PlanAnswer {
  return (head) => {
    const rewriter = createMessageRewriter(head.header('content-type'), rewrite, { maxBytes: 1e6 })
    return rewriter === undefined ? {} : { rewriter }
  }
}

const CHANGED = '{"jsonrpc":"2.0","id":1,"result":"changed"}'

describe.each([
  ['Express 5', onExpress(express5)],
  ['Express 4', onExpress(express4)],
  ['Fastify', await onFastify()],
  ['Hono', onHono()],
  ['node:http', onNode],
] as const)('%s', async (_name, listener) => {
  const base = await serve(listener)

  test.each(['/json', '/send', '/stream', '/empty'])('%s: nothing planned', async (path) => {
    const plain = await ask(undefined, base + path)
    expect(plain.status).toBeGreaterThan(199)
    expect(await ask(() => ({}), base + path)).toEqual(plain)
    const same = await ask(
      filtering((message) => message),
      base + path,
    )
    expect([same.status, same.body]).toEqual([plain.status, plain.body])
  })

  test.each([
    ['at once', change],
    ['later', async (message: unknown) => change(message)],
  ])('messages are rewritten %s', async (_n, rewrite) => {
    for (const path of ['/json', '/send']) {
      const { status, headers, body } = await ask(filtering(rewrite), base + path)
      expect([status, body, headers['content-length'], headers['etag']]).toEqual([
        200,
        CHANGED,
        String(CHANGED.length),
        undefined,
      ])
    }
    const stream = await ask(filtering(rewrite), `${base}/stream`)
    expect(stream.body).toBe(`: ping\n\ndata: ${CHANGED}\n\ndata: 1\n\n`)
    expect((await ask(filtering(rewrite), `${base}/empty`)).status).toBe(202)
  })

  test.each(['/json', '/send', '/stream', '/empty'])('%s: replaced', async (path) => {
    const headers = { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' }
    const replaced = await ask(
      () => ({ replacement: Response.json({ error: 'no' }, { status: 403, headers }) }),
      base + path,
    )
    expect([replaced.status, replaced.body, replaced.headers['www-authenticate']]).toEqual([
      403,
      '{"error":"no"}',
      headers['WWW-Authenticate'],
    ])
  })

  test('HEAD', async () => {
    const answer = await ask(filtering(change), `${base}/json`, { method: 'HEAD' })
    expect([answer.status === 200 || answer.status === 404, answer.body]).toEqual([true, ''])
  })
})

function onSdkV1(enableJsonResponse: boolean): RequestListener {
  return (request, response) => {
    const server = new McpServerV1({ name: 'v1', version: '1' })
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse })
    void server.connect(transport).then(() => transport.handleRequest(request, response))
  }
}

const handleV2 = toNodeHandler(createMcpHandler(() => new McpServer({ name: 'v2', version: '1' })))
const onSdkV2: RequestListener = (request, response) => {
  void handleV2(Object.assign(request, { method: 'POST', url: '/mcp' }), response)
}

describe.each([
  ['SDK v1, JSON', onSdkV1(true)],
  ['SDK v1, streams', onSdkV1(false)],
  ['SDK v2', onSdkV2],
])('%s', async (_name, listener) => {
  const base = await serve(listener)
  const init = {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: {
        protocolVersion: '2025-06-18',
        capabilities: {},
        clientInfo: { name: 'c', version: '1' },
      },
    }),
  }

  test('the answer to initialize is rewritten, and otherwise untouched', async () => {
    const plain = await ask(undefined, base, init)
    expect(plain.body).toContain('"protocolVersion":"2025-06-18"')
    expect(await ask(() => ({}), base, init)).toEqual(plain)
    const { body } = await ask(filtering(change), base, init)
    const data = body.split('\n').find((line) => line.startsWith('data: {')) ?? body
    const value: unknown = JSON.parse(data.replace('data: ', ''))
    expect(value).toMatchObject({ jsonrpc: '2.0', id: 1, result: 'changed' })
  })
})
