import { configError } from './checks.ts'

/** A label of a host name (RFC 1123 §2.1) in lower case: safe in hosts, paths and keys as it stands. */
const TENANT_ID = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

export function isTenantId(id: unknown): id is string {
  return typeof id === 'string' && TENANT_ID.test(id)
}

/** @throws {ConfigError} `ERR_CONFIG_TENANT_ID`; the message does not repeat it */
export function requireTenantId(id: unknown): asserts id is string {
  if (!isTenantId(id)) throw configError('ERR_CONFIG_TENANT_ID', 'tenant id')
}
