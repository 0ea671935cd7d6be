export type {
  OAuthUpstreamOptions,
  OidcUpstreamOptions,
  UpstreamOptions,
} from '../oauth-client/index.ts'
export type { Brand, ErrorTexts, PageTexts } from '../pages/index.ts'
export type { Approvals, AuthorizationServer } from './authorization-server.ts'
export type {
  ClientAuthMethod,
  ClientChange,
  ClientIdMetadataOptions,
  ClientsOptions,
  InitialAccessTokenOptions,
  InitialAccessTokens,
  IssueInitialAccessToken,
  PublicKeys,
  RegistrationOptions,
  StaticClientOptions,
} from './clients/index.ts'
export { createAuthorizationServer } from './create-authorization-server.ts'
export type {
  AssertionIssuerOptions,
  IdentityAssertionOptions,
} from './identity-assertions/options.ts'
export type { Approval } from './interaction/approvals.ts'
export type { ServerLimitsOptions } from './limits/index.ts'
export type { AuthorizationServerHandler } from './listener.ts'
export type {
  AuthorizationServerKeys,
  BoundTokenOptions,
  ConsentOptions,
  CreateAuthorizationServerOptions,
  EmbeddedUser,
  LifetimeOptions,
  ResourceOptions,
  ScopeMeaning,
  UpstreamRealmOptions,
} from './options/index.ts'
export type { SignedInUser } from './sign-out.ts'
export type { UpstreamToken } from './upstream/upstream-tokens.ts'
