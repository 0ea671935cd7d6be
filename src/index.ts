/**
 * The resource server: the gate in front of an MCP server.
 *
 * @module
 */

export type { TransformMetadata } from './discovery/index.ts'
export {
  ConfigError,
  ERROR_CODES,
  type ErrorCode,
  type ErrorCodeEntry,
  GatehouseError,
  UpstreamError,
} from './errors/index.ts'
export type { Fetch, InboundRequest } from './http/index.ts'
export {
  type AdditionalMetadata,
  checkServerMetadata,
  type MetadataFinding,
  type MetadataFindingCode,
  type ProtectedResourceMetadata,
  type ServerMetadataReport,
} from './oauth/index.ts'
export type { AuditEvent, AuditSink, CallerFacts, RequestFacts } from './observability/index.ts'
export type {
  AuthInfo,
  ClientPrincipal,
  MapClaims,
  MappedClaims,
  Principal,
  TokenClaims,
  UserPrincipal,
} from './principal/index.ts'
export {
  type Admission,
  type AuthorizationServerOptions,
  type ClaimsSchema,
  createResourceServer,
  type HandlerContext,
  type ReadBody,
  type ResourceServer,
  type ResourceServerOptions,
} from './resource-server/index.ts'
export type { Clock } from './runtime/index.ts'
export type {
  Checked,
  SharedSecret,
  TokenFailure,
  TokenFailureReason,
  TokenVerifier,
  VerifiedToken,
} from './verifiers/index.ts'
