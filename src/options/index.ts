export {
  configError,
  type PlainTypes,
  requireIssuer,
  requireList,
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
