export { type Auth0Options, startAuth0 } from './auth0.ts'
export { type CognitoOptions, startCognito } from './cognito.ts'
export type {
  EmulatedProvider,
  EmulatedUser,
  EmulatorOptions,
  Intercept,
} from './emulated-provider.ts'
export {
  type EnterpriseProvider,
  type EnterpriseProviderOptions,
  startEnterpriseProvider,
} from './enterprise.ts'
export { type EntraOptions, startEntra } from './entra.ts'
export { type EmulatedGithub, type GithubOptions, startGithub } from './github.ts'
export { type EmulatedGoogle, startGoogle } from './google.ts'
export { type KeycloakOptions, startKeycloak } from './keycloak.ts'
export type { ObtainedTokens, ObtainTokensOptions } from './obtain-tokens.ts'
export { type OktaOptions, startOkta } from './okta.ts'
export type { IssueOpaqueTokenOptions } from './opaque-token.ts'
export { type ScalekitOptions, startScalekit } from './scalekit.ts'
