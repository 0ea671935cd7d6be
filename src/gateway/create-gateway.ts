/**
 * The gateway: protection for MCP servers in any language.
 *
 * @module
 */
import type { Server } from 'node:http'
import { createMemoryRevocations } from '../revocation/index.ts'
import { createAdminListener } from './admin.ts'
import { createAssertionSigner } from './assertion.ts'
import { createDocuments } from './documents.ts'
import type { Gateway } from './gateway.ts'
import { createGatewayMemory, type GatewayMemory } from './gateway-memory.ts'
import { createStrictServer, startServer, stopServer } from './http-server.ts'
import { createMetrics, NO_METRICS } from './metrics.ts'
import { createOpenExchanges } from './open-exchanges.ts'
import type { GatewayOptions } from './options.ts'
import { parseOptions } from './parse-options.ts'
import { createRequestListener, type Route, type Table } from './request-listener.ts'
import type { Upstream } from './upstream.ts'
import { createUpstreams, type Upstreams } from './upstreams.ts'

const RETIRE_MILLISECONDS = 10_000

/**
 * Creates a reverse proxy in front of MCP servers. Each route is a protected resource of its own:
 * its metadata, its challenges, its policy. What gets through is passed on without the caller's
 * credentials, as the body that was decided about, and with a signed assertion of who calls.
 *
 * It needs `undici`, and `@modelcontextprotocol/server` for upstreams that are commands. It does NOT terminate TLS, and does NOT translate between revisions of MCP. The
 * query of a request is not passed on.
 *
 * @throws {ConfigError} for every mistake in the options, at once and not at the first request
 *
 * @example
 * ```ts
 * const gateway = await createGateway({
 *   publicUrl: 'https://mcp.example.com',
 *   authorizationServers: ['https://id.example.com/realms/acme'],
 *   keys: await createKeyRing({ use: 'signing', source: keysFromFile('./keys.json') }),
 *   routes: [{ path: '/notes', upstream: 'http://127.0.0.1:8000/mcp' }],
 * })
 * await gateway.listen()
 * ```
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const upstreams = createUpstreams()
  const exchanges = createOpenExchanges()
  // What was revoked stays so when the options are others.
  const revocations = createMemoryRevocations(options.clock)
  const memory = createGatewayMemory()
  const createTable = (given: GatewayOptions, before?: Table): Promise<Table> =>
    buildTable(upstreams, { revocations, ...given }, memory, before)
  let table = await createTable(options)
  const { admin, listen } = table.settings
  const metrics = admin?.metrics === true ? await createMetrics() : NO_METRICS
  const handle = createRequestListener({
    table: () => table,
    exchanges,
    metrics,
    clients: memory.clients,
  })
  const servers: Server[] = []
  let isReady = false

  async function open(): Promise<{ url: string; adminUrl: string | undefined }> {
    const server = createStrictServer(handle)
    servers.push(server)
    const url = await startServer(server, listen)
    isReady = true
    if (admin === undefined) return { url, adminUrl: undefined }
    const adminServer = createStrictServer(
      createAdminListener({ jwks: () => table.documents.jwks(), metrics, isReady: () => isReady }),
    )
    servers.push(adminServer)
    return { url, adminUrl: await startServer(adminServer, admin) }
  }

  return {
    get resources() {
      const pairs = table.settings.routes.map(({ path, gatehouse }) => [path, gatehouse.resource])
      return Object.fromEntries(pairs) as Record<string, string>
    },
    handle,
    listen: open,
    async reload(given) {
      table = await createTable(given, table)
      // Requests that have just been let through are on their way to the others.
      setTimeout(() => upstreams.retireAllBut(upstreamsOf(table)), RETIRE_MILLISECONDS).unref()
    },
    async revoke(revocation) {
      await Promise.all(table.settings.routes.map(({ gatehouse }) => gatehouse.revoke(revocation)))
    },
    async close() {
      isReady = false
      const [server, adminServer] = servers
      const stopped = server && stopServer(server)
      await exchanges.drain(table.settings.drainSeconds)
      server?.closeAllConnections()
      await stopped
      adminServer?.closeAllConnections()
      await (adminServer && stopServer(adminServer))
      await upstreams.close()
    },
  }
}

async function buildTable(
  upstreams: Upstreams,
  options: GatewayOptions,
  memory: GatewayMemory,
  before: Table | undefined,
): Promise<Table> {
  const settings = parseOptions(options, memory)
  const { clock, publicUrl } = settings
  const opened = await upstreams.open(settings, upstreamsOf(before))
  const routes = new Map<string, Route>()
  for (const route of settings.routes) {
    const upstream = opened.get(route.path)
    if (upstream !== undefined) routes.set(route.path, { settings: route, upstream })
  }
  const { keys } = options
  return {
    settings,
    routes,
    documents: createDocuments(settings.routes, settings.rings),
    sign: keys && createAssertionSigner(keys, publicUrl, clock),
  }
}

function upstreamsOf(table: Table | undefined): ReadonlyMap<string, Upstream> {
  const routes = [...(table?.routes ?? [])]
  return new Map(routes.map(([path, { upstream }]) => [path, upstream]))
}
