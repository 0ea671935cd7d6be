/**
 * The gate for Express 4 and 5.
 *
 * @module
 */
import type { Request as ExpressRequest, RequestHandler } from 'express'
import { runWithPrincipal } from '../context/index.ts'
import { peekJsonBody } from '../http/index.ts'
import type { AuthInfo, Principal } from '../principal/index.ts'
import type { ResourceServer } from '../resource-server/index.ts'
import { fromIncomingMessage, sendResponse } from './node-request.ts'

/** What {@link requireBearer} sets on the request; `auth` is where the MCP SDK looks for it. */
export interface Authenticated<Claims> {
  auth: AuthInfo<Claims>
  principal: Principal<Claims>
}

/**
 * A middleware that lets through what carries a valid token. Mount it before the body parser, so
 * that nothing is parsed for a caller who is refused; after one works too.
 *
 * @example
 * ```ts
 * app.use(serveMetadata(gatehouse))
 * app.all('/mcp', requireBearer(gatehouse), express.json(), (req, res) => mcp(req, res, req.body))
 * ```
 */
export function requireBearer<Claims>(gatehouse: ResourceServer<Claims>): RequestHandler {
  return async (req, res, next) => {
    // Express 4 does not see a rejected promise, so every error is handed to `next` here.
    try {
      const parsedBody: unknown = req.body
      const admission = await gatehouse.inspect(inbound(req), {
        parsedBody,
        readBody: async () => parsedBody ?? peekJsonBody(req),
      })
      if (admission instanceof Response) {
        await sendResponse(admission, res)
        return
      }
      const { authInfo, principal, headers } = admission
      res.set({ ...headers })
      Object.assign(req, { auth: authInfo, principal } satisfies Authenticated<Claims>)
      runWithPrincipal(principal, next)
    } catch (error) {
      next(error)
    }
  }
}

/** A middleware that serves the metadata at its own path and leaves everything else alone. */
export function serveMetadata(
  gatehouse: Pick<ResourceServer<never>, 'inspectMetadata'>,
): RequestHandler {
  return async (req, res, next) => {
    try {
      const metadata = await gatehouse.inspectMetadata(inbound(req))
      if (metadata === undefined) next()
      else await sendResponse(metadata, res)
    } catch (error) {
      next(error)
    }
  }
}

/** `originalUrl`: a router that is mounted below a path cuts that path off `url`. */
function inbound(req: ExpressRequest): ReturnType<typeof fromIncomingMessage> {
  return fromIncomingMessage(req, req.originalUrl)
}
