import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { createResourceServer } from 'mcp-gatehouse'
import { createGateway, type Gateway } from 'mcp-gatehouse/gateway'
import { createTestAuthorizationServer } from 'mcp-gatehouse/testing'
import { assertionVerifier } from 'mcp-gatehouse/verifiers'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { onNodeHttp } from '../e2e/servers/node-http.ts'
import { createStatefulFixture } from '../e2e/servers/sdk-v1.ts'
import type { ServerFixture } from '../e2e/servers/server-fixture.ts'
import { SCOPE } from '../e2e/world.ts'
import { createSigningRing } from './world.ts'

/** Three MCP servers behind one gateway, and the authorization server that it trusts. */
export interface SdkWorld {
  readonly gateway: Gateway
  readonly publicUrl: string
  readonly issuer: string
  close(): Promise<void>
}

/** The paths of the routes. */
export const ROUTES = { v1: '/v1/mcp', v2: '/v2/mcp', everything: '/everything' } as const

export async function openSdkWorld(): Promise<SdkWorld> {
  const front = createServer()
  const publicUrl = `http://127.0.0.1:${await listen(front, 0, '127.0.0.1')}`
  const resources = Object.fromEntries(
    Object.values(ROUTES).map((path) => [`${publicUrl}${path}`, [SCOPE]]),
  )
  const authorizationServer = await createTestAuthorizationServer({ resources })
  const v1 = await startServer(
    createStatefulFixture(async () => {}),
    publicUrl,
  )
  const v2 = await startServer(onNodeHttp, publicUrl)
  const everything = await startEverything()
  const gateway = await createGateway({
    publicUrl,
    authorizationServers: [authorizationServer.issuer],
    requiredScopes: [SCOPE],
    allowInsecureLoopback: true,
    keys: await createSigningRing(),
    routes: [
      { path: ROUTES.v1, upstream: v1.url },
      { path: ROUTES.v2, upstream: v2.url },
      { path: ROUTES.everything, upstream: everything.url, identity: 'none' },
    ],
  })
  front.on('request', gateway.handle)
  return {
    gateway,
    publicUrl,
    issuer: authorizationServer.issuer,
    close: async () => {
      await gateway.close()
      await Promise.all([close(front), v1.close(), v2.close(), authorizationServer.close()])
      everything.process.kill()
    },
  }
}

/** An MCP server that lets in whom the gateway vouches for, and nobody else. */
async function startServer(
  fixture: ServerFixture,
  gatewayUrl: string,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer()
  const url = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}/mcp`
  const gatehouse = createResourceServer({
    resource: url,
    authorizationServers: [gatewayUrl],
    verifier: assertionVerifier({ issuer: gatewayUrl, allowInsecureLoopback: true }),
    allowInsecureLoopback: true,
  })
  const listener = await fixture(gatehouse, '/mcp')
  server.on('request', (req, res) => void listener(req, res))
  return { url, close: () => close(server) }
}

/** The official server with everything, in a process of its own. */
async function startEverything(): Promise<{ url: string; process: ChildProcess }> {
  const probe = createServer()
  const port = await listen(probe, 0, '127.0.0.1')
  await close(probe)
  const script = createRequire(import.meta.url).resolve(
    '@modelcontextprotocol/server-everything/dist/index.js',
  )
  const child = spawn(process.execPath, [script, 'streamableHttp'], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let text = ''
  while (!text.includes('listening on port')) {
    const [chunk] = await once(child.stderr, 'data')
    text += String(chunk)
  }
  child.stderr.resume()
  return { url: `http://127.0.0.1:${port}/mcp`, process: child }
}
