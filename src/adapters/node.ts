/**
 * The gate for `node:http`.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { runWithRequest } from '../context/index.ts'
import { ConfigError } from '../errors/index.ts'
import { bodyOf, fromIncomingMessage, sendResponse } from '../http/index.ts'
import { requireKnownOptions } from '../options/index.ts'
import type { AuthInfo, Principal } from '../principal/index.ts'
import type { ResourceServer } from '../resource-server/index.ts'
import { interceptAnswer } from './node-answer.ts'
import { releaseAtEnd } from './release-at-end.ts'

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
  /**
   * Leave the body in the stream, for a listener that reads it itself. Not with a policy or
   * limits that have to see it. @defaultValue false
   */
  readonly keepBody?: boolean
}

const OPTIONS: readonly string[] = ['keepBody'] satisfies (keyof ProtectOptions)[]

/**
 * Puts the gate in front of a request listener. The metadata is served too, at its own path.
 *
 * The JSON body of a POST is read here, at most `maxBodyBytes` of it, and is the listener's third
 * argument; the stream has ended then. What is no JSON is answered 400, a larger one 413. A listener that
 * rejects is answered 500, or cut off where it had begun to answer.
 *
 * @example
 * ```ts
 * const mcp = toNodeHandler(createMcpHandler(buildServer))
 * createServer(protect(gatehouse, mcp)).listen(3000, '127.0.0.1')
 * ```
 */
export function protect<Claims>(
  gatehouse: Pick<ResourceServer<Claims>, 'checksMessages' | 'inspect'>,
  listener: AuthenticatedListener<Claims>,
  options: ProtectOptions = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  requireKnownOptions(options, OPTIONS, 'protect')
  const { keepBody = false } = options
  if (keepBody && gatehouse.checksMessages) {
    throw new ConfigError('ERR_CONFIG_OPTIONS_CONFLICT', 'keepBody, policy or limits')
  }

  async function guard(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = { ...bodyOf(request), isHandedOn: !keepBody }
    const passage = await gatehouse.inspect(fromIncomingMessage(request), body)
    if (passage instanceof Response) return sendResponse(passage, response)
    const { authInfo, principal, parsedBody, headers, current, plan, release } = passage
    releaseAtEnd(response, release)
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    interceptAnswer(response, plan)
    // Method and URL are always there on a server; Node's one type is for clients' messages too.
    const authenticated = request as AuthenticatedMessage<Claims>
    authenticated.auth = authInfo
    authenticated.principal = principal
    return runWithRequest(current, () => listener(authenticated, response, parsedBody))
  }

  return (request, response) => {
    guard(request, response).catch(() => endAfterFailure(response))
  }
}

/** A listener that failed leaves a client waiting; it learns that, and nothing else. */
function endAfterFailure(response: ServerResponse): void {
  if (response.headersSent) response.destroy()
  else response.writeHead(500).end()
}
