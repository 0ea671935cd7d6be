export {
  type Admission,
  createResourceServer,
  type HandlerContext,
  type ResourceServer,
} from './create-resource-server.ts'
export type { ReadBody } from './gate.ts'
export type {
  AuthorizationServerOptions,
  ClaimsSchema,
  ResourceServerOptions,
} from './options/index.ts'
