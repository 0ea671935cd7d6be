export {
  configError,
  type PlainTypes,
  requireIssuer,
  requireList,
  requireMountPath,
  requireNotUnset,
  requireNumber,
  requirePlainTypes,
  requireScopes,
  requireSecure,
  requireSecureUrl,
  requireStrings,
  requireType,
} from './checks.ts'
export { requireKnownOptions } from './known-options.ts'
export { isTenantId, requireTenantId } from './tenant-id.ts'
