export {
  createTestAuthorizationServer,
  type TestAuthorizationServer,
  type TestAuthorizationServerOptions,
} from './authorization-server.ts'
export {
  type Callback,
  createScriptedBrowser,
  type FormEntry,
  type Page,
  type ScriptedBrowser,
  type ScriptedBrowserOptions,
  type SignIn,
} from './browser.ts'
export { createPrincipal } from './create-principal.ts'
export {
  createDpopKey,
  type DpopKey,
  type DpopKeyOptions,
  type DpopProofChanges,
  type DpopRequest,
} from './dpop-key.ts'
export {
  connectElicitationClient,
  type ElicitationAnswer,
  type ElicitationClient,
  type ElicitationClientOptions,
} from './elicitation-client.ts'
export { type EncryptTokenOptions, encryptToken } from './encrypt-token.ts'
export type { FormButton, FormField, PageForm, PageView } from './html-document.ts'
export type { IntrospectionClient } from './opaque-tokens.ts'
export {
  type Auth0Options,
  type CognitoOptions,
  type EmulatedGithub,
  type EmulatedGoogle,
  type EmulatedProvider,
  type EmulatedUser,
  type EmulatorOptions,
  type EnterpriseProvider,
  type EnterpriseProviderOptions,
  type EntraOptions,
  type GithubOptions,
  type Intercept,
  type IssueOpaqueTokenOptions,
  type KeycloakOptions,
  type ObtainedTokens,
  type ObtainTokensOptions,
  type OktaOptions,
  type ScalekitOptions,
  startAuth0,
  startCognito,
  startEnterpriseProvider,
  startEntra,
  startGithub,
  startGoogle,
  startKeycloak,
  startOkta,
  startScalekit,
} from './providers/index.ts'
export {
  type StorageContractCase,
  type StorageContractOptions,
  storageContract,
} from './storage-contract.ts'
export { DEMO_USERS, type TestUser, type TestUsers } from './test-user.ts'
export {
  type CannedAnswer,
  createTokenIssuer,
  type MintOptions,
  type RecordedRequest,
  type TokenIssuer,
  type TokenIssuerOptions,
} from './token-issuer.ts'
