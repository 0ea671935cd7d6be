/**
 * The gate for FastMCP, the npm framework, as its `authenticate` hook.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import { ConfigError } from '../errors/index.ts'
import { type BodySource, fromIncomingMessage } from '../http/index.ts'
import type { AuthInfo, Principal } from '../principal/index.ts'
import type { ResourceServer } from '../resource-server/index.ts'

export { serveMetadata } from './hono.ts'

/** FastMCP's `session`, for tools and for their `canAccess`. A type, since FastMCP wants a record. */
export type AuthenticatedSession<Claims = unknown> = {
  readonly auth: AuthInfo<Claims>
  readonly principal: Principal<Claims>
}

/**
 * The `authenticate` hook of a server that is started with `stateless: true`: lets through what
 * carries a valid token, request by request. Over stdio there is nobody to ask, and no session.
 *
 * A hook sees neither messages nor answers. So it does NOT check policies and limits of callers, set
 * `currentPrincipal()`, end streams, or tell whose a session is: sessions and the old SSE transport,
 * whose messages FastMCP authenticates by session id alone, are refused.
 *
 * @example
 * ```ts
 * const server = new FastMCP({ name: 'notes', version: '1.0.0', authenticate: requireBearer(gatehouse) })
 * server.getApp().use(serveMetadata(gatehouse))
 * await server.start({ transportType: 'httpStream', httpStream: { port: 3000, stateless: true } })
 * ```
 *
 * @throws {ConfigError} `ERR_CONFIG_OPTIONS_CONFLICT` for a gate with a policy, or with limits of callers
 */
export function requireBearer<Claims>(
  gatehouse: Pick<ResourceServer<Claims>, 'checksMessages' | 'inspect'>,
): (request: IncomingMessage | undefined) => Promise<AuthenticatedSession<Claims> | undefined> {
  if (gatehouse.checksMessages) {
    const subject = 'a hook of FastMCP, which sees no messages, and a policy or limits of callers'
    throw new ConfigError('ERR_CONFIG_OPTIONS_CONFLICT', subject)
  }
  return async (request) => {
    if (request === undefined) return undefined
    // A GET that FastMCP asks about would open a stream whose owner nobody knows.
    if (request.method !== 'POST') {
      throw new Response(null, { status: 405, headers: { Allow: 'POST' } })
    }
    const passage = await gatehouse.inspect(fromIncomingMessage(request), READ_BODY)
    // What is thrown FastMCP sends as it is.
    if (passage instanceof Response) throw passage
    // Nobody says when the answer is over.
    passage.release?.()
    return { auth: passage.authInfo, principal: passage.principal }
  }
}

/** FastMCP has taken the body from its stream before it asks. */
const READ_BODY: BodySource = {
  read: async () => ({ kind: 'malformed' }),
  peek: async () => undefined,
}
