import { createAdministration } from './administration.ts'
import { createHandler } from './handler.ts'
import type { CreateTenantsOptions } from './options.ts'
import { createTenantsResourceServer } from './resource-server.ts'
import { createRouter } from './router.ts'
import { createTenantParts } from './tenant-parts.ts'
import type { Tenants } from './tenants.ts'

const TICK_MILLISECONDS = 15_000

/**
 * Creates authorization servers for several tenants in one process, and the gates in front of their
 * MCP servers: each tenant has its issuer, keys, clients, users, approvals, policy, limits and pages.
 * They share the code and the store, and nothing in it.
 *
 * Which tenant a request is for, the host or the path of its issuer decides. What each tenant is like
 * is read from `options`, when it is needed. It does NOT list tenants to anybody, and does NOT keep
 * their options.
 *
 * @throws {ConfigError} for every mistake in the options
 *
 * @example
 * ```ts
 * const tenants = createTenants({ issuer: 'https://{tenant}.example.com', storage, options })
 * await tenants.add('acme')
 * app.use(tenants.handler)
 * app.use(serveMetadata(tenants.resourceServer))
 * app.all('/mcp', requireBearer(tenants.resourceServer), mcp)
 * ```
 */
export function createTenants(options: CreateTenantsOptions): Tenants {
  const parts = createTenantParts(options)
  const { addresses, open, removals } = parts
  const router = createRouter(parts)
  const timer = setInterval(() => {
    // A store that is away is away for requests too, which say so.
    open.forgetRemoved().catch(() => undefined)
    removals.finish().catch(() => undefined)
  }, TICK_MILLISECONDS).unref()
  return {
    handler: createHandler(router),
    resourceServer: createTenantsResourceServer(router),
    ...createAdministration(parts),
    tenantOf: ({ issuer }) => addresses.tenantOf(issuer),
    close: async () => clearInterval(timer),
  }
}
