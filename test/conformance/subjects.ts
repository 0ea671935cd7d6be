import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { PolicyOptions, ResourceServer } from 'mcp-gatehouse'
import { protect } from 'mcp-gatehouse/node'
import { createEverythingHandler } from './everything-server.ts'
import { createGate, type Gate } from './gate.ts'
import { type LoopbackServer, listen } from './loopback-server.ts'
import { startReferenceServer } from './reference-server.ts'
import { forwardTo } from './streaming-proxy.ts'

/** A server that the suite is run against, at its origin without the gate. */
export interface Subject extends LoopbackServer {
  /** The same server behind the gate. */
  readonly protect: (gatehouse: ResourceServer) => RequestListener
}

/** The fixture on SDK v2, in this process. */
export async function startFixture(responseMode: 'auto' | 'sse'): Promise<Subject> {
  const handler = createEverythingHandler(responseMode)
  const server = await listen(() => getRequestListener((request) => handler.fetch(request)))
  return {
    origin: server.origin,
    protect: (gatehouse) => getRequestListener(gatehouse.protect(handler.fetch)),
    close: async () => {
      await handler.close()
      await server.close()
    },
  }
}

/** `@modelcontextprotocol/server-everything`, another process: the gate is in a proxy before it. */
export async function startReference(): Promise<Subject> {
  const server = await startReferenceServer()
  return {
    ...server,
    // The token is for the gate alone.
    protect: (gatehouse) =>
      protect(gatehouse, forwardTo(server.origin, { authorization: undefined }), {
        keepBody: true,
      }),
  }
}

/** A subject behind the gate; at its origin every request gets a token. */
export interface GatedSubject extends LoopbackServer {
  /** Where the gate itself listens. */
  readonly gateOrigin: string
}

/** Puts the gate in front of the subject, and in front of the gate what adds a token. */
export async function startGated(subject: Subject, policy?: PolicyOptions): Promise<GatedSubject> {
  const started: { gate?: Gate; server?: LoopbackServer } = {}
  const injector = await listen(async (origin) => {
    const gate = await createGate(`${origin}/mcp`, policy)
    const server = await listen(() => subject.protect(gate.gatehouse))
    Object.assign(started, { gate, server })
    return forwardTo(server.origin, { authorization: `Bearer ${gate.token}` })
  })
  return {
    origin: injector.origin,
    gateOrigin: started.server?.origin ?? '',
    close: async () => {
      await injector.close()
      await started.server?.close()
      await started.gate?.close()
    },
  }
}
