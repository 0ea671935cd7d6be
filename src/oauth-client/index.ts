export { secretsNamed } from './attempt-cookies.ts'
export {
  type Attempted,
  type Attempts,
  createAttempts,
  type TakenAttempt,
} from './attempts.ts'
export type { AuthorizationAttempt } from './authorization-attempt.ts'
export { buildAuthorizationRequest } from './authorization-request.ts'
export { checkAuthorizationResponse } from './authorization-response.ts'
export type {
  ApprovedClient,
  BrowserIdentity,
  BrowserUser,
  SignInRequest,
  UserAccounts,
} from './browser-identity.ts'
export type { ClientSettings } from './client-settings.ts'
export { type ClientSource, createClientSource, type RemoteClient } from './client-source.ts'
export { createUpstream } from './create-upstream.ts'
export { createTokenExchange, type ExchangeStyle, type TokenExchange } from './exchange-token.ts'
export { forwardedParameters } from './forwarded-parameters.ts'
export {
  failureReason,
  type ReceivedTokens,
  type RemoteFailure,
  type RemoteOutcome,
  refuse,
  succeed,
} from './outcome.ts'
export {
  OWN_PARAMETERS,
  parseUpstreamOptions,
  type UpstreamSettings,
} from './parse-upstream-options.ts'
export {
  type CredentialFormat,
  isTokenCredential,
  newCredential,
  type TokenCredential,
} from './token-credential.ts'
export type { TokenAnswerParts, TokenDialect } from './token-dialect.ts'
export { createTokenKeeper, type NoToken, type TokenKeeper } from './token-keeper.ts'
export { readTokens } from './token-response.ts'
export type { Upstream, UpstreamAttempt, UpstreamIdentity } from './upstream.ts'
export type {
  OAuthUpstreamOptions,
  OidcUpstreamOptions,
  UpstreamOptions,
} from './upstream-options.ts'
export {
  type ClaimNames,
  DEFAULT_CLAIM_NAMES,
  mapUserClaims,
  PROTECTED_CLAIMS,
  type UserClaims,
} from './user-claims.ts'
export { withClient } from './with-client.ts'
