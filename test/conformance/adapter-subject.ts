import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { toNodeHandler } from '@modelcontextprotocol/node'
import type { McpHttpHandler } from '@modelcontextprotocol/server'
import express5 from 'express'
import express4 from 'express4'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import type { ResourceServer } from 'mcp-gatehouse'
import * as forExpress from 'mcp-gatehouse/express'
import * as forFastify from 'mcp-gatehouse/fastify'
import * as forHono from 'mcp-gatehouse/hono'
import { protect } from 'mcp-gatehouse/node'
import { createEverythingHandler } from './everything-server.ts'
import { listen } from './loopback-server.ts'
import type { Subject } from './subjects.ts'

type Handler = Pick<McpHttpHandler, 'fetch'>
type Adapter = (gatehouse: ResourceServer, handler: Handler) => RequestListener

const ADAPTERS: Readonly<Record<string, Adapter>> = {
  fetch: (gatehouse, handler) => getRequestListener(gatehouse.protect(handler.fetch)),
  node: (gatehouse, handler) => protect(gatehouse, toNodeHandler(handler)),
  'Express 5': (gatehouse, handler) => onExpress(express5, gatehouse, handler),
  'Express 4': (gatehouse, handler) => onExpress(express4, gatehouse, handler),
  Fastify(gatehouse, handler) {
    const mcp = toNodeHandler(handler)
    const app = fastify()
    app.all('/mcp', forFastify.requireBearer(gatehouse), (request, reply) => {
      reply.hijack()
      return mcp(request.raw as Parameters<typeof mcp>[0], reply.raw, request.body)
    })
    const ready = app.ready()
    return (request, response) => void ready.then(() => app.routing(request, response))
  },
  Hono(gatehouse, handler) {
    const app = new Hono()
    app.all('/mcp', forHono.requireBearer(gatehouse), (c) =>
      handler.fetch(c.req.raw, { authInfo: c.var.auth }),
    )
    const listener = getRequestListener(app.fetch)
    return (request, response) => void listener(request, response)
  },
}

/** The fixture on SDK v2, whose requests come through one adapter after the other. */
export interface AdapterSubject extends Subject {
  /** How many requests each adapter had. */
  readonly served: ReadonlyMap<string, number>
}

/**
 * Starts it. All adapters have the same gate and the same handler, so that a session goes on through
 * the next one: a fault of any of them is a failed check, and a run per adapter would take minutes.
 */
export async function startBehindAdapters(): Promise<AdapterSubject> {
  const handler = createEverythingHandler('auto')
  const server = await listen(() => getRequestListener((request) => handler.fetch(request)))
  const served = new Map<string, number>()
  return {
    origin: server.origin,
    served,
    protect(gatehouse) {
      const listeners = Object.entries(ADAPTERS).map(
        ([name, adapter]) => [name, adapter(gatehouse, handler)] as const,
      )
      let turn = 0
      return (request, response) => {
        const [name, listener] = listeners[turn++ % listeners.length] ?? ['none', () => undefined]
        served.set(name, (served.get(name) ?? 0) + 1)
        listener(request, response)
      }
    },
    close: async () => {
      await handler.close()
      await server.close()
    },
  }
}

function onExpress(
  express: typeof express5,
  gatehouse: ResourceServer,
  handler: Handler,
): RequestListener {
  const mcp = toNodeHandler(handler)
  const app = express()
  app.all('/mcp', forExpress.requireBearer(gatehouse), (req, res) => mcp(req, res, req.body))
  return app
}
