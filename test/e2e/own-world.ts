import { createServer } from 'node:http'
import { createResourceServer } from 'mcp-gatehouse'
import {
  type AuthorizationServer,
  type CreateAuthorizationServerOptions,
  createAuthorizationServer,
} from 'mcp-gatehouse/authorization-server'
import { memory } from 'mcp-gatehouse/storage'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { newRing } from '../authorization-server/world.ts'
import { onNodeHttp } from './servers/node-http.ts'
import { SCOPE } from './world.ts'

/** An MCP server, and in front of it, in the same process and at the root, the authorization server. */
export interface OwnWorld {
  readonly serverUrl: string
  readonly authorizationServer: AuthorizationServer
  close(): Promise<void>
}

/** @param options Beside those that every world needs; `users` where there is no `upstream`. */
export async function startOwnWorld(
  options: Partial<CreateAuthorizationServerOptions>,
): Promise<OwnWorld> {
  const http = createServer()
  http.keepAliveTimeout = 60_000
  const issuer = `http://127.0.0.1:${await listen(http, 0, '127.0.0.1')}`
  const resource = `${issuer}/mcp`
  const authorizationServer = await createAuthorizationServer({
    issuer,
    resources: { [resource]: [SCOPE] },
    storage: memory(),
    keys: { signing: await newRing('signing'), cookies: await newRing('cookies') },
    allowInsecureLoopback: true,
    ...options,
  })
  const { handler, verifier, revocations } = authorizationServer
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [issuer],
    requiredScopes: [SCOPE],
    verifier,
    revocations,
    allowInsecureLoopback: true,
  })
  const mcp = await onNodeHttp(gatehouse, '/mcp')
  http.on('request', (req, res) => void handler(req, res, () => mcp(req, res)))
  return {
    serverUrl: resource,
    authorizationServer,
    close: async () => {
      await Promise.all([close(http), authorizationServer.close()])
    },
  }
}
