import { createServer } from 'node:http'
import {
  createResourceServer,
  type ResourceServer,
  type ResourceServerOptions,
  type TokenVerifier,
} from 'mcp-gatehouse'
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

/** How a world differs from the usual one. */
export interface WorldOptions {
  /** @defaultValue `'/mcp'` */
  readonly path?: string
  readonly issuerPath?: string
  /** The scopes of the resource. @defaultValue {@link SCOPE} alone */
  readonly scopes?: readonly string[]
  /** Options of the resource server beside those that every world needs. */
  readonly gate?: Partial<ResourceServerOptions>
  /** Makes its verifier, which has to know the world. @defaultValue the built-in one */
  readonly createVerifier?: (resource: string, issuer: string) => TokenVerifier
}

export async function startWorld(
  fixture: ServerFixture,
  options: WorldOptions = {},
): Promise<World> {
  const { path = '/mcp', issuerPath, scopes = [SCOPE], gate, createVerifier } = options
  const server = createServer()
  const serverUrl = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}${path}`
  const authorizationServer = await createTestAuthorizationServer({
    resources: { [serverUrl]: scopes },
    path: issuerPath,
  })
  const gatehouse = createResourceServer({
    resource: serverUrl,
    authorizationServers: [authorizationServer.issuer],
    requiredScopes: [SCOPE],
    allowInsecureLoopback: true,
    ...(createVerifier && { verifier: createVerifier(serverUrl, authorizationServer.issuer) }),
    ...gate,
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
