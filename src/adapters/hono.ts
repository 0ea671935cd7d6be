/**
 * The gate for Hono, on every runtime.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from 'hono'
import { runWithPrincipal } from '../context/index.ts'
import { fromRequest, type InboundRequest, peekJsonBody } from '../http/index.ts'
import type { AuthInfo, Principal } from '../principal/index.ts'
import type { ResourceServer } from '../resource-server/index.ts'
import { fromIncomingMessage } from './node-request.ts'

/** What {@link requireBearer} sets: `c.var.auth` for the MCP SDK's handler, `c.var.principal`. */
export interface AuthenticatedEnv<Claims = unknown> {
  Variables: { auth: AuthInfo<Claims>; principal: Principal<Claims> }
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
  gatehouse: ResourceServer<Claims>,
): MiddlewareHandler<AuthenticatedEnv<Claims>> {
  return async (c, next) => {
    const admission = await gatehouse.inspect(inbound(c), {
      readBody: () => readBody(c),
    })
    if (admission instanceof Response) return admission
    const { authInfo, principal, headers } = admission
    c.set('auth', authInfo)
    c.set('principal', principal)
    await runWithPrincipal(principal, next)
    for (const [name, value] of Object.entries(headers)) {
      c.header(name, value, { append: name === 'Vary' })
    }
    return undefined
  }
}

/** A middleware that serves the metadata at its own path and leaves everything else alone. */
export function serveMetadata(
  gatehouse: Pick<ResourceServer<never>, 'inspectMetadata'>,
): MiddlewareHandler {
  return async (c, next) => (await gatehouse.inspectMetadata(inbound(c))) ?? next()
}

/** A body that a middleware has read is kept by Hono; any other is read with a limit. */
function readBody({ req }: Context): Promise<unknown> {
  return req.raw.bodyUsed ? req.json().catch(() => undefined) : peekJsonBody(req.raw.body)
}

/** On Node the request as it arrived, since web headers join the lines that must stay apart. */
function inbound(c: Context): InboundRequest {
  const incoming: unknown = c.env?.incoming
  return isIncomingMessage(incoming) ? fromIncomingMessage(incoming) : fromRequest(c.req.raw)
}

function isIncomingMessage(value: unknown): value is Parameters<typeof fromIncomingMessage>[0] {
  return typeof value === 'object' && value !== null && 'rawHeaders' in value
}
