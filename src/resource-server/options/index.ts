export { configError } from '../../options/index.ts'
export type { DpopOptions } from './dpop-options.ts'
export {
  type EnvironmentSettings,
  type FromEnvironmentOptions,
  fromEnvironment,
} from './from-environment.ts'
export type { AuthorizationServerOptions, RequestScopes, ResourceServerOptions } from './options.ts'
export { parsePublicPaths } from './parse-access.ts'
export { parseOptions } from './parse-options.ts'
export type { DpopSettings, PublishedDocument, Settings } from './settings.ts'
export type { ClaimsSchema } from './standard-schema.ts'
