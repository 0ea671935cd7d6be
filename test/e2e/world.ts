import { createServer } from 'node:http'
import { createResourceServer, type ResourceServer } from 'mcp-gatehouse'
import {
  createTestAuthorizationServer,
  type SignIn,
  type TestAuthorizationServer,
} from 'mcp-gatehouse/testing'
import { close, listen } from '../../src/testing/loopback-server.ts'
import type { ServerFixture } from './servers/server-fixture.ts'

export const ALICE: SignIn = { username: 'alice', password: 'wonderland' }
export const BOB: SignIn = { username: 'bob', password: 'builder' }
export const SCOPE = 'notes:read'

/** A protected MCP server and the authorization server that it trusts, on real sockets. */
export interface World {
  readonly serverUrl: string
  readonly gatehouse: ResourceServer
  readonly authorizationServer: TestAuthorizationServer
  close(): Promise<void>
}

export async function startWorld(
  fixture: ServerFixture,
  options: { readonly path?: string; readonly issuerPath?: string } = {},
): Promise<World> {
  const { path = '/mcp', issuerPath } = options
  const server = createServer()
  const serverUrl = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}${path}`
  const authorizationServer = await createTestAuthorizationServer({
    resources: { [serverUrl]: [SCOPE] },
    path: issuerPath,
  })
  const gatehouse = createResourceServer({
    resource: serverUrl,
    authorizationServers: [authorizationServer.issuer],
    requiredScopes: [SCOPE],
    allowInsecureLoopback: true,
  })
  const listener = await fixture(gatehouse, path)
  server.on('request', (req, res) => {
    listener(req, res)
  })
  return {
    serverUrl,
    gatehouse,
    authorizationServer,
    close: async () => {
      await Promise.all([close(server), authorizationServer.close()])
    },
  }
}
