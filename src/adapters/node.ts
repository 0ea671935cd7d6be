/**
 * The gate for `node:http`.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { runWithPrincipal } from '../context/index.ts'
import { readJsonBody } from '../http/index.ts'
import type { AuthInfo, Principal } from '../principal/index.ts'
import type { ResourceServer } from '../resource-server/index.ts'
import { fromIncomingMessage, sendResponse } from './node-request.ts'

/** A request that was let through: `auth` is where the MCP SDK's Node transports look for it. */
export interface AuthenticatedMessage<Claims> extends IncomingMessage {
  method: string
  url: string
  auth: AuthInfo<Claims>
  principal: Principal<Claims>
}

/**
 * Puts the gate in front of a request listener. The metadata is served too, at its own path.
 *
 * A listener that rejects is answered 500, or cut off where it had begun to answer.
 *
 * @example
 * ```ts
 * const mcp = toNodeHandler(createMcpHandler(buildServer))
 * createServer(protect(gatehouse, mcp)).listen(3000, '127.0.0.1')
 * ```
 */
export function protect<Claims>(
  gatehouse: ResourceServer<Claims>,
  listener: (
    request: AuthenticatedMessage<Claims>,
    response: ServerResponse,
  ) => void | Promise<void>,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const answered = (async () => {
      const admission = await gatehouse.inspect(fromIncomingMessage(request), {
        readBody: () => readJsonBody(request),
      })
      if (admission instanceof Response) return sendResponse(admission, response)
      const { authInfo, principal, headers } = admission
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
      // Always there on a server; Node's one type is for clients' messages too.
      const { method = 'GET', url = '/' } = request
      const authenticated = Object.assign(request, { auth: authInfo, principal, method, url })
      return runWithPrincipal(principal, () => listener(authenticated, response))
    })()
    answered.catch(() => endAfterFailure(response))
  }
}

/** A listener that failed leaves a client waiting; it learns that, and nothing else. */
function endAfterFailure(response: ServerResponse): void {
  if (response.headersSent) response.destroy()
  else response.writeHead(500).end()
}
