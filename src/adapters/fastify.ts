/**
 * The gate for Fastify 5.
 *
 * @module
 */
import { Readable } from 'node:stream'
import type {
  FastifyReply,
  FastifyRequest,
  onRequestAsyncHookHandler,
  preHandlerHookHandler,
  preParsingHookHandler,
} from 'fastify'
import { type CurrentRequest, runWithRequest } from '../context/index.ts'
import { bodyOf, fromIncomingMessage } from '../http/index.ts'
import type { AuthInfo, Principal } from '../principal/index.ts'
import type { ResourceServer } from '../resource-server/index.ts'
import { interceptAnswer } from './node-answer.ts'
import { releaseAtEnd } from './release-at-end.ts'

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
  /** Gives Fastify the body that a policy had to read. */
  readonly preParsing: preParsingHookHandler
  /** Sets the caller for `currentPrincipal()`, which reading the body would have lost. */
  readonly preHandler: preHandlerHookHandler
}

/**
 * The options of a route that lets through what carries a valid token. For several routes, add
 * the hooks to their scope with `addHook`.
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
export function requireBearer<Claims>(
  gatehouse: Pick<ResourceServer<Claims>, 'inspect'>,
): BearerHooks {
  const admitted = new WeakMap<FastifyRequest, Admitted>()
  return {
    async onRequest(request, reply) {
      const body = bodyOf(request.raw, request.body)
      const passage = await gatehouse.inspect(inbound(request), body)
      if (passage instanceof Response) return answer(passage, reply)
      const { authInfo, principal, headers, plan, release } = passage
      releaseAtEnd(reply.raw, release)
      for (const [name, value] of Object.entries(headers)) reply.raw.setHeader(name, value)
      interceptAnswer(reply.raw, plan)
      Object.assign(request, { auth: authInfo, principal })
      Object.assign(request.raw, { auth: authInfo, principal })
      admitted.set(request, passage)
      return undefined
    },
    preParsing(request, _reply, payload, done) {
      const body = request.body === undefined ? admitted.get(request)?.parsedBody : undefined
      done(null, body === undefined ? payload : replay(body, request))
    },
    preHandler(request, _reply, done) {
      const current = admitted.get(request)?.current
      if (current === undefined) done()
      else runWithRequest(current, done)
    },
  }
}

/** What the later hooks need of a request that was let through. */
interface Admitted {
  readonly current: CurrentRequest
  readonly parsedBody: unknown
}

/** The body once more, for Fastify's own parser, which checks its length against the field. */
function replay(body: unknown, { headers }: FastifyRequest): Readable {
  const receivedEncodedLength = Number(headers['content-length'] ?? 0)
  return Object.assign(Readable.from([Buffer.from(JSON.stringify(body))]), {
    receivedEncodedLength,
  })
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
