/**
 * Identity providers as data: `upstream: entra({ … })` for `createAuthorizationServer`, and
 * `authorizationServers: [entra.issuer({ … })]` for `createResourceServer`. Third-party services as
 * data: `services`.
 *
 * @module
 */
export { PROVIDER_PROFILES } from './all.ts'
export { type AsgardeoSignInOptions, type AsgardeoTokenOptions, asgardeo } from './asgardeo.ts'
export { type Auth0SignInOptions, type Auth0TokenOptions, auth0 } from './auth0.ts'
export { type CognitoSignInOptions, type CognitoTokenOptions, cognito } from './cognito.ts'
export type {
  AcceptedTokens,
  OAuthSignIn,
  OidcSignIn,
  Provider,
  SignInOptions,
  SignInProvider,
  TokenOptions,
} from './define-provider.ts'
export { type DuendeSignInOptions, type DuendeTokenOptions, duende } from './duende.ts'
export { type EntraSignInOptions, type EntraTokenOptions, entra } from './entra.ts'
export { type GithubSignInOptions, github } from './github.ts'
export { type GoogleSignInOptions, google } from './google.ts'
export { type KeycloakSignInOptions, type KeycloakTokenOptions, keycloak } from './keycloak.ts'
export { type LogtoSignInOptions, type LogtoTokenOptions, logto } from './logto.ts'
export {
  mapScopes,
  prefixedScopes,
  type ScopeMap,
  type ScopeSource,
  type ScopeWords,
} from './map-scopes.ts'
export { type GenericOAuthOptions, oauth } from './oauth.ts'
export { type GenericSignInOptions, type GenericTokenOptions, oidc } from './oidc.ts'
export { type OktaSignInOptions, type OktaTokenOptions, okta } from './okta.ts'
export type { Capability, ClaimPlaces, Fact, ProviderProfile } from './profile.ts'
export { type ScalekitSignInOptions, type ScalekitTokenOptions, scalekit } from './scalekit.ts'
export { type ServiceName, services } from './services/all.ts'
export type {
  IdentityRequest,
  Known,
  Placeholder,
  RefreshBehaviour,
  RevocationRequest,
  ScopeSyntax,
  ServiceProfile,
  TokenErrorForm,
  TokenRequest,
} from './services/service-profile.ts'
export { type Wso2SignInOptions, type Wso2TokenOptions, wso2 } from './wso2.ts'
