import { memory } from 'mcp-gatehouse/storage'
import { createTenants, type TenantOptions } from 'mcp-gatehouse/tenants'
import { newRing } from '../authorization-server/world.ts'
import type { Reader } from './option-reader.ts'

const RESOURCE = 'https://acme.example.com/mcp'
const TENANT = {
  resources: [RESOURCE],
  upstream: { issuer: 'https://id.example.com', clientId: 'a', clientSecret: 'b' },
  keys: { signing: await newRing('signing'), cookies: await newRing('cookies') },
}

/** Adds a tenant with these options. */
async function add(options: unknown): Promise<void> {
  const tenants = createTenants({
    issuer: 'https://{tenant}.example.com',
    storage: memory(),
    options: () => options as TenantOptions,
    onEvent: () => undefined,
  })
  try {
    await tenants.add('acme')
  } finally {
    await tenants.close()
  }
}

/** Whatever takes options of tenants. */
export const TENANT_READERS: Readonly<Record<string, Reader>> = {
  createTenants: {
    type: 'CreateTenantsOptions',
    good: { issuer: 'https://{tenant}.example.com', storage: memory(), options: () => undefined },
    names: ['issuer', 'storage', 'options', 'onEvent'],
    read: createTenants,
  },
  'a tenant': {
    type: 'TenantOptions',
    good: TENANT,
    names: ['resources', 'resourceServers', 'upstream', 'keys', 'brand', 'registration'],
    read: (options) => add(options),
  },
  'a resource server of a tenant': {
    type: 'TenantResourceServerOptions',
    good: {},
    names: ['policy', 'requiredScopes', 'isRevoked', 'allowedHosts'],
    read: (options) => add({ ...TENANT, resourceServers: { [RESOURCE]: options } }),
  },
}
