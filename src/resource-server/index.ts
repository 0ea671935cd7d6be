export { createResourceServer } from './create-resource-server.ts'
export type { DecisionContext, DecisionPoint } from './operation-check.ts'
export {
  type AuthorizationServerOptions,
  type ClaimsSchema,
  type DpopOptions,
  type EnvironmentSettings,
  type FromEnvironmentOptions,
  fromEnvironment,
  type RequestScopes,
  type ResourceServerOptions,
} from './options/index.ts'
export type { Admission, HandlerContext, Passage, ResourceServer } from './resource-server.ts'
export {
  inspectToken,
  isResourceServer,
  type TokenInspection,
} from './token-inspection.ts'
