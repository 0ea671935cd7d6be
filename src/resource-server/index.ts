export { createResourceServer, createWithHandles } from './create-resource-server.ts'
export { createHandleMemory, type HandleMemory } from './handle-owners.ts'
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
export { isProbedPath } from './routes.ts'
export {
  inspectToken,
  isResourceServer,
  type TokenInspection,
} from './token-inspection.ts'
export { createWebGate } from './web-gate.ts'
