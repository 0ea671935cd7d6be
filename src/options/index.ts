export {
  configError,
  type PlainTypes,
  requireIssuer,
  requireKnownKeys,
  requireNumber,
  requirePlainTypes,
  requireScopes,
  requireSecure,
  requireSecureUrl,
  requireStrings,
  requireType,
} from './checks.ts'
