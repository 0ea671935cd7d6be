import type { OidcUpstreamOptions } from 'mcp-gatehouse/authorization-server'
import { type CreateTenantsOptions, createTenants, type Tenants } from 'mcp-gatehouse/tenants'

/** What your database knows about a customer. */
export interface Customer {
  readonly name: string
  readonly identityProvider: OidcUpstreamOptions
  /** The scope that each tool needs. */
  readonly tools: Readonly<Record<string, string>>
}

/** @param common Its `issuer` is such as `https://{tenant}.mcp.example.com`, its `storage` sealed. */
export function openTenants(
  common: Omit<CreateTenantsOptions, 'options'>,
  findCustomer: (id: string) => Promise<Customer | undefined>,
): Tenants {
  return createTenants({
    ...common,
    async options(tenant) {
      const customer = await findCustomer(tenant.id)
      if (customer === undefined) return undefined
      const resource = `${tenant.issuer}/mcp`
      return {
        resources: { [resource]: ['notes:read', 'notes:write'] },
        upstream: customer.identityProvider,
        brand: { name: customer.name },
        resourceServers: { [resource]: { policy: { tools: customer.tools } } },
      }
    },
  })
}
