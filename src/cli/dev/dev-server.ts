import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAuthorizationServer } from '../../authorization-server/index.ts'
import { type CommandUpstreamOptions, createGateway } from '../../gateway/index.ts'
import { openDevData } from './dev-data.ts'
import { createTrace, type TraceStep } from './trace.ts'
import { createTracePage } from './trace-page.ts'

export interface DevServerOptions {
  /** URL of the MCP endpoint, or the command of a server that speaks stdio. */
  readonly upstream: string | CommandUpstreamOptions
  /** 0 is any free one. */
  readonly port: number
  readonly onStep: (step: TraceStep) => void
  /** Where sign-ins and keys are kept for the next time; `undefined` for nowhere. */
  readonly folder: string | undefined
}

export interface DevServer {
  /** Origin of everything. */
  readonly url: string
  /** What clients connect to. */
  readonly resource: string
  close(): Promise<void>
}

const HOST = '127.0.0.1'
const SCOPE = 'mcp'
/** Whoever runs it can sign in as somebody else, to see what is whose. */
export const DEV_USERS = [
  { username: 'alice', password: 'wonderland' },
  { username: 'bob', password: 'builder' },
] as const

/**
 * Starts a gateway and an authorization server on one loopback address, for development: its users
 * are known to everybody.
 *
 * @throws {ConfigError} for the upstream, and for peers that are not installed
 * @throws the error of Node, such as `EADDRINUSE`
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  const server = createServer()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(options.port, HOST, resolve)
  await promise
  const url = `http://${HOST}:${(server.address() as AddressInfo).port}`
  const path = pathFor(options.upstream)
  const resource = `${url}${path}`
  const trace = createTrace(options.onStep)
  const kept = await openDevData(options.folder)
  const authorizationServer = await createAuthorizationServer({
    issuer: url,
    resources: { [resource]: [SCOPE] },
    scopes: { [SCOPE]: 'Use the MCP server as you' },
    brand: { name: 'mcp-gatehouse dev' },
    users: DEV_USERS,
    storage: kept.storage,
    keys: { signing: kept.signing, cookies: kept.cookies },
    allowInsecureLoopback: true,
    onEvent: trace.event,
  })
  const gateway = await createGateway({
    publicUrl: url,
    authorizationServers: [url],
    verifier: authorizationServer.verifier,
    revocations: authorizationServer.revocations,
    requiredScopes: [SCOPE],
    keys: kept.signing,
    allowInsecureLoopback: true,
    onEvent: trace.event,
    routes: [{ path, upstream: options.upstream }],
  })
  const page = createTracePage(trace, new URL(url).host)
  const serve: RequestListener = (message, response) => {
    if (page(message, response)) return
    trace.follow(message, response, () => {
      void authorizationServer.handler(message, response, () => gateway.handle(message, response))
    })
  }
  server.on('request', serve)
  return {
    url,
    resource,
    async close() {
      page.close()
      await gateway.close()
      await authorizationServer.close()
      await kept.close()
      server.close()
      server.closeAllConnections()
    },
  }
}

/** The path that the upstream has itself, where nothing else answers at it. */
function pathFor(upstream: string | CommandUpstreamOptions): string {
  const isUrl = typeof upstream === 'string' && URL.canParse(upstream)
  const path = isUrl ? new URL(upstream).pathname : '/mcp'
  return /^\/(?:mcp|sse)$/.test(path) ? path : '/mcp'
}
