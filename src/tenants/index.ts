/**
 * Several issuers in one process.
 *
 * @module
 */
export { createTenants } from './create-tenants.ts'
export type {
  CreateTenantsOptions,
  ReadTenant,
  TenantAddress,
  TenantOptions,
  TenantResourceServerOptions,
} from './options.ts'
export type { Tenant, TenantSummary, Tenants, TenantsResourceServer } from './tenants.ts'
