/**
 * The gate for Hono, on every runtime.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from 'hono'
import { runWithRequest } from '../context/index.ts'
import {
  applyPlan,
  type BodySource,
  fromIncomingMessage,
  fromRequest,
  type InboundRequest,
  keepingBody,
  type PlanAnswer,
} from '../http/index.ts'
import type { AuthInfo, Principal } from '../principal/index.ts'
import type { ResourceServer } from '../resource-server/index.ts'
import { interceptAnswer } from './node-answer.ts'
import { releaseAtEnd } from './release-at-end.ts'

/** What {@link requireBearer} sets: `c.var.auth` for the MCP SDK's handler, `c.var.principal`. */
export interface AuthenticatedEnv<Claims = unknown> {
  Variables: {
    auth: AuthInfo<Claims>
    principal: Principal<Claims>
    /** The body, where a policy had to read it; the SDK's handler need not parse it again. */
    parsedBody: unknown
  }
}

/**
 * A middleware that lets through what carries a valid token.
 *
 * @example
 * ```ts
 * app.use(serveMetadata(gatehouse))
 * app.all('/mcp', requireBearer(gatehouse), (c) => mcp.fetch(c.req.raw, { authInfo: c.var.auth }))
 * ```
 */
export function requireBearer<Claims>(
  gatehouse: Pick<ResourceServer<Claims>, 'inspect'>,
): MiddlewareHandler<AuthenticatedEnv<Claims>> {
  return async (c, next) => {
    const passage = await gatehouse.inspect(inbound(c), bodyOf(c))
    if (passage instanceof Response) return passage
    const { authInfo, principal, parsedBody, headers, current, plan, release } = passage
    c.set('auth', authInfo)
    c.set('principal', principal)
    c.set('parsedBody', parsedBody)
    const planOnce = once(plan)
    // A handler may write to Node's response itself, during the call or after it.
    const { outgoing } = (c.env ?? {}) as { outgoing?: unknown }
    if (isServerResponse(outgoing)) {
      interceptAnswer(outgoing, planOnce)
      releaseAtEnd(outgoing, release)
    }

    // Hono makes an answer of what a handler throws; there may be none all the same.
    await runWithRequest(current, next).catch((error: unknown) => {
      release?.()
      throw error
    })
    if (c.res.headers.has(ALREADY_SENT)) return undefined
    const answer = applyPlan(c.res, planOnce)
    if (answer !== c.res) replaceAnswer(c, answer)
    for (const [name, value] of Object.entries(headers)) {
      c.header(name, value, { append: name === 'Vary' })
    }
    return undefined
  }
}

/** How the Node server marks an answer that a handler writes to Node's response itself. */
const ALREADY_SENT = 'x-hono-already-sent'

/** A middleware that serves the metadata at its own path and leaves everything else alone. */
export function serveMetadata(
  gatehouse: Pick<ResourceServer<never>, 'inspectMetadata'>,
): MiddlewareHandler {
  return async (c, next) => (await gatehouse.inspectMetadata(inbound(c))) ?? next()
}

/** A body that a middleware has read is kept by Hono; any other stays readable. */
function bodyOf({ req }: Context): BodySource {
  if (!req.raw.bodyUsed) return keepingBody(req.raw)
  const peek = (): Promise<unknown> => req.json().catch(() => undefined)
  return {
    peek,
    read: async () => {
      const value = await peek()
      return value === undefined ? { kind: 'malformed' } : { kind: 'json', value }
    },
  }
}

/** Hono would take over the fields of the answer that is replaced, such as its length. */
function replaceAnswer(c: Context, answer: Response): void {
  c.res = undefined
  c.res = answer
}

/** One answer, one plan, on whichever way it leaves. */
function once(plan: PlanAnswer): PlanAnswer {
  let isPlanned = false
  return (head) => {
    if (isPlanned) return {}
    isPlanned = true
    return plan(head)
  }
}

/** On Node the request as it arrived, since web headers join the lines that must stay apart. */
function inbound(c: Context): InboundRequest {
  const incoming: unknown = c.env?.incoming
  return isIncomingMessage(incoming) ? fromIncomingMessage(incoming) : fromRequest(c.req.raw)
}

function isServerResponse(value: unknown): value is Parameters<typeof interceptAnswer>[0] {
  return typeof value === 'object' && value !== null && 'writeHead' in value
}

function isIncomingMessage(value: unknown): value is Parameters<typeof fromIncomingMessage>[0] {
  return typeof value === 'object' && value !== null && 'rawHeaders' in value
}
