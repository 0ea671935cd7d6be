import type { Entry } from './entry.ts'

export const TENANTS_ENTRY: Entry = {
  file: 'tenants/index.ts',
  values: ['createTenants'],
  types: [
    'CreateTenantsOptions',
    'ReadTenant',
    'Tenant',
    'TenantAddress',
    'TenantOptions',
    'TenantResourceServerOptions',
    'TenantSummary',
    'Tenants',
    'TenantsResourceServer',
  ],
}
