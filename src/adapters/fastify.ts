/**
 * The gate for Fastify 5.
 *
 * @module
 */
import type {
  FastifyReply,
  FastifyRequest,
  onRequestAsyncHookHandler,
  preHandlerHookHandler,
} from 'fastify'
import { runWithPrincipal } from '../context/index.ts'
import { peekJsonBody } from '../http/index.ts'
import type { AuthInfo, Principal } from '../principal/index.ts'
import type { ResourceServer } from '../resource-server/index.ts'
import { fromIncomingMessage } from './node-request.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller in the MCP SDK's shape; set by `requireBearer`, on `raw` too. */
    auth?: AuthInfo
    /** The caller; set by `requireBearer`. */
    principal?: Principal<unknown>
  }
}

/** The hooks of {@link requireBearer}, in the shape of route options. */
export interface BearerHooks {
  /** Lets through what carries a valid token, before the body is parsed. */
  readonly onRequest: onRequestAsyncHookHandler
  /** Sets the caller for `currentPrincipal()`, which reading the body would have lost. */
  readonly preHandler: preHandlerHookHandler
}

/**
 * The options of a route that lets through what carries a valid token. For several routes, add
 * both hooks to their scope with `addHook`.
 *
 * @example
 * ```ts
 * app.addHook('onRequest', serveMetadata(gatehouse))
 * app.all('/mcp', requireBearer(gatehouse), (request, reply) => {
 *   reply.hijack()
 *   return mcp(request.raw, reply.raw, request.body)
 * })
 * ```
 */
export function requireBearer<Claims>(gatehouse: ResourceServer<Claims>): BearerHooks {
  return {
    async onRequest(request, reply) {
      const parsedBody: unknown = request.body
      const admission = await gatehouse.inspect(inbound(request), {
        parsedBody,
        readBody: async () => parsedBody ?? peekJsonBody(request.raw),
      })
      if (admission instanceof Response) return answer(admission, reply)
      const { authInfo, principal, headers } = admission
      for (const [name, value] of Object.entries(headers)) reply.raw.setHeader(name, value)
      Object.assign(request, { auth: authInfo, principal })
      Object.assign(request.raw, { auth: authInfo, principal })
      return undefined
    },
    preHandler(request, _reply, done) {
      if (request.principal === undefined) done()
      else runWithPrincipal(request.principal, done)
    },
  }
}

/** A hook that serves the metadata at its own path and leaves everything else alone. */
export function serveMetadata(
  gatehouse: Pick<ResourceServer<never>, 'inspectMetadata'>,
): onRequestAsyncHookHandler {
  return async (request, reply) => {
    const metadata = await gatehouse.inspectMetadata(inbound(request))
    return metadata === undefined ? undefined : answer(metadata, reply)
  }
}

function inbound(request: FastifyRequest): ReturnType<typeof fromIncomingMessage> {
  return fromIncomingMessage(request.raw, request.originalUrl)
}

async function answer(response: Response, reply: FastifyReply): Promise<FastifyReply> {
  reply.code(response.status)
  for (const [name, value] of response.headers) reply.header(name, value)
  // As bytes: to text Fastify would add a charset, and JSON has none (RFC 8259 §11).
  return reply.send(Buffer.from(await response.arrayBuffer()))
}
