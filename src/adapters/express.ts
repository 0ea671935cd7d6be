/**
 * The gate for Express 4 and 5.
 *
 * @module
 */
import type { Request as ExpressRequest, RequestHandler } from 'express'
import { runWithRequest } from '../context/index.ts'
import { bodyOf, fromIncomingMessage, sendResponse } from '../http/index.ts'
import type { AuthInfo, Principal } from '../principal/index.ts'
import type { ResourceServer } from '../resource-server/index.ts'
import { interceptAnswer } from './node-answer.ts'
import { releaseAtEnd } from './release-at-end.ts'

/** What {@link requireBearer} sets on the request; `auth` is where the MCP SDK looks for it. */
export interface Authenticated<Claims> {
  auth: AuthInfo<Claims>
  principal: Principal<Claims>
}

/**
 * A middleware that lets through what carries a valid token. Mount it before the body parser, so
 * that nothing is parsed for a caller who is refused; after one works too. With a policy the body is
 * parsed here, and body parsers leave it alone.
 *
 * @example
 * ```ts
 * app.use(serveMetadata(gatehouse))
 * app.all('/mcp', requireBearer(gatehouse), express.json(), (req, res) => mcp(req, res, req.body))
 * ```
 */
export function requireBearer<Claims>(
  gatehouse: Pick<ResourceServer<Claims>, 'inspect'>,
): RequestHandler {
  return async (req, res, next) => {
    // Express 4 does not see a rejected promise, so every error is handed to `next` here.
    try {
      const passage = await gatehouse.inspect(inbound(req), bodyOf(req, req.body))
      if (passage instanceof Response) {
        await sendResponse(passage, res)
        return
      }
      const { authInfo, principal, parsedBody, headers, current, plan, release } = passage
      releaseAtEnd(res, release)
      res.set({ ...headers })
      interceptAnswer(res, plan)
      Object.assign(req, { auth: authInfo, principal } satisfies Authenticated<Claims>)
      // `_body` is how body parsers tell each other that there is nothing left to parse.
      if (req.body === undefined && parsedBody !== undefined) {
        Object.assign(req, { body: parsedBody, _body: true })
      }
      runWithRequest(current, next)
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
