import { type CallToolResult, createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { Hono } from 'hono'
import { createResourceServer, definePolicy } from 'mcp-gatehouse'
import { requireTenant } from 'mcp-gatehouse/context'
import { type AuthenticatedEnv, requireBearer, serveMetadata } from 'mcp-gatehouse/hono'
import { guard, reconcile } from 'mcp-gatehouse/sdk'
import * as z from 'zod'

/** What a tenant has to set up before its users can do anything. */
const TenantSettings = z.object({ shopUrl: z.url(), apiKey: z.string().min(1) })

const policy = definePolicy({
  scopes: ['orders:read', 'orders:export'],
  tools: {
    list_orders: 'orders:read',
    export_orders: { scopes: 'orders:export', tenants: ['globex'] }, // nobody else has booked it
  },
})

/** Options of {@link createOrdersApp}. */
export interface OrdersAppOptions {
  /** The resource identifier of all tenants; each has its endpoint at `<resource>/<tenant>/mcp`. */
  readonly resource: string
  readonly issuer: string
  /** By tenant, as they come from a database: possibly incomplete. */
  readonly settings: ReadonlyMap<string, unknown>
}

/** One MCP server for several tenants. The tenant is that of the token, never one that is asked for. */
export function createOrdersApp({
  resource,
  issuer,
  settings,
}: OrdersAppOptions): Hono<AuthenticatedEnv> {
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [issuer],
    policy,
    // `/t/acme/mcp` is for callers of acme: whoever belongs to another tenant is answered 403.
    requestedTenant: ({ path }) => path.split('/')[2] ?? '',
    allowInsecureLoopback: true,
  })

  /** Missing settings are a refusal: no credentials of our own stand in for a tenant's. */
  const settingsOf = (tenant: string | undefined): z.infer<typeof TenantSettings> | undefined =>
    TenantSettings.safeParse(tenant === undefined ? undefined : settings.get(tenant)).data

  const buildServer = (): McpServer => buildOrdersServer(() => settingsOf(requireTenant()))
  reconcile(buildServer())
  const mcp = createMcpHandler(buildServer)
  const app = new Hono<AuthenticatedEnv>()
  app.use(serveMetadata(gatehouse))
  app.use('/t/:tenant/mcp', requireBearer(gatehouse))
  app.all('/t/:tenant/mcp', async (c) => {
    const { auth: authInfo, principal, parsedBody } = c.var
    if (settingsOf(principal.tenant) === undefined) {
      const error_description = 'Your organization has not set up its shop yet.'
      return c.json({ error: 'invalid_request', error_description }, 400)
    }
    return mcp.fetch(c.req.raw, { authInfo, parsedBody })
  })
  return app
}

/** @param ownSettings Those of the tenant whose request is being handled. */
function buildOrdersServer(
  ownSettings: () => z.infer<typeof TenantSettings> | undefined,
): McpServer {
  const server = guard(new McpServer({ name: 'orders', version: '1.0.0' }), policy)

  const readOrders = async (): Promise<readonly string[]> => {
    const settings = ownSettings()
    if (settings === undefined) throw new Error('This tenant is not set up.')
    const headers = { authorization: `Bearer ${settings.apiKey}` }
    const response = await fetch(new URL('/orders', settings.shopUrl), { headers })
    if (!response.ok) throw new Error(`The shop answered ${response.status}.`)
    return z.array(z.string()).parse(await response.json())
  }

  server.registerTool(
    'list_orders',
    { description: 'Lists the orders of your organization' },
    async () => answer((await readOrders()).join('\n')),
  )

  server.registerTool(
    'export_orders',
    { description: 'Exports the orders of your organization as CSV' },
    async () => answer(['order', ...(await readOrders())].join('\r\n')),
  )
  return server
}

function answer(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] }
}
