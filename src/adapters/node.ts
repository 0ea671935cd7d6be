/**
 * The gate for `node:http`.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { runWithPrincipal } from '../context/index.ts'
import { peekJsonBody, readJsonEvents, readMessage } from '../http/index.ts'
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

/** A request listener that takes the parsed body where the MCP SDK's Node handlers do. */
export type AuthenticatedListener<Claims> = (
  request: AuthenticatedMessage<Claims>,
  response: ServerResponse,
  parsedBody: unknown,
) => void | Promise<void>

/** Options of {@link protect}. */
export interface ProtectOptions {
  /** Leave the body in the stream, for a listener that reads it itself. @defaultValue false */
  readonly keepBody?: boolean
}

/**
 * Puts the gate in front of a request listener. The metadata is served too, at its own path.
 *
 * The JSON body of a POST is read here, at most 4 MiB of it, and is the listener's third argument;
 * the stream has ended then. What is no JSON is answered 400, a larger one 413. A listener that
 * rejects is answered 500, or cut off where it had begun to answer.
 *
 * @example
 * ```ts
 * const mcp = toNodeHandler(createMcpHandler(buildServer))
 * createServer(protect(gatehouse, mcp)).listen(3000, '127.0.0.1')
 * ```
 */
export function protect<Claims>(
  gatehouse: ResourceServer<Claims>,
  listener: AuthenticatedListener<Claims>,
  { keepBody = false }: ProtectOptions = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  async function guard(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const inbound = fromIncomingMessage(request)
    const admission = await gatehouse.inspect(inbound, { readBody: () => peekJsonBody(request) })
    if (admission instanceof Response) return sendResponse(admission, response)
    const { authInfo, principal, headers } = admission
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)

    const message = keepBody
      ? NO_MESSAGE
      : await readMessage(inbound, () => readJsonEvents(request))
    if (message instanceof Response) return sendResponse(message, response)
    // Always there on a server; Node's one type is for clients' messages too.
    const { method = 'GET', url = '/' } = request
    const authenticated = Object.assign(request, { auth: authInfo, principal, method, url })
    return runWithPrincipal(principal, () => listener(authenticated, response, message.parsedBody))
  }

  return (request, response) => {
    guard(request, response).catch(() => endAfterFailure(response))
  }
}

const NO_MESSAGE = { parsedBody: undefined }

/** A listener that failed leaves a client waiting; it learns that, and nothing else. */
function endAfterFailure(response: ServerResponse): void {
  if (response.headersSent) response.destroy()
  else response.writeHead(500).end()
}
