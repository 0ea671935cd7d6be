export { checkAuthorizationQuery } from './authorization-query.ts'
export {
  parseAccessToken,
  parseBearerToken,
  type TokenScheme,
} from './bearer-token.ts'
export {
  type BearerChallenge,
  type DpopChallenge,
  formatBearerChallenge,
  formatDpopChallenge,
  isQuotable,
} from './challenge.ts'
export { sanitizeClientName } from './client-name.ts'
export { buildClientRedirect } from './client-redirect.ts'
export {
  type AdditionalMetadata,
  buildProtectedResourceMetadata,
  type ProtectedResourceMetadata,
} from './protected-resource-metadata.ts'
export {
  type ApplicationType,
  checkRedirectUri,
  inferApplicationType,
  isPrivateUseScheme,
  matchesRedirectUri,
} from './redirect-uri.ts'
export { describeRedirectUriFault } from './redirect-uri-fault.ts'
export { isScopeToken, missingScopes, readScopes, type ScopeSet } from './scope.ts'
export {
  checkServerMetadata,
  isDocument,
  type MetadataFinding,
  type MetadataFindingCode,
  type ServerMetadata,
  type ServerMetadataReport,
} from './server-metadata.ts'
export {
  isLoopbackHostname,
  isSecureUrl,
  normalizeTargetUri,
  parseIssuerIdentifier,
  parseResourceIdentifier,
  serverMetadataUrls,
  wellKnownUrl,
} from './url.ts'
