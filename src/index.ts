/**
 * The resource server: the gate in front of an MCP server.
 *
 * @module
 */

export type { CurrentRequest } from './context/index.ts'
export {
  type FetchServerMetadataOptions,
  fetchServerMetadata,
  type TransformMetadata,
} from './discovery/index.ts'
export {
  ConfigError,
  DeniedError,
  ERROR_CODES,
  type ErrorCode,
  type ErrorCodeEntry,
  GatehouseError,
  StorageError,
  UpstreamError,
} from './errors/index.ts'
export type {
  AnswerHead,
  AnswerPlan,
  BodyRewriter,
  BodySource,
  Fetch,
  InboundRequest,
  PlanAnswer,
} from './http/index.ts'
export type { Messages, Operation, OperationKind, RequestId } from './mcp/index.ts'
export {
  type AdditionalMetadata,
  checkServerMetadata,
  type MetadataFinding,
  type MetadataFindingCode,
  type ProtectedResourceMetadata,
  type ServerMetadata,
  type ServerMetadataReport,
} from './oauth/index.ts'
export {
  type AuditEvent,
  type AuditSink,
  type CallerFacts,
  type ConsentFacts,
  type CredentialFacts,
  type GrantFacts,
  type IssuerFacts,
  type OperationFacts,
  type RelayFacts,
  type RequestFacts,
  type SampleEventsOptions,
  type SignInFacts,
  sampleEvents,
} from './observability/index.ts'
export {
  type ClaimValue,
  type Decision,
  definePolicy,
  type ExplainedCheck,
  type ExplainedOperation,
  type Explanation,
  type Policy,
  type PolicyOptions,
  type Requirement,
  type Rule,
  type RuleFunction,
  type StaticRule,
} from './policy/index.ts'
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
  type DecisionContext,
  type DecisionPoint,
  type DpopOptions,
  type EnvironmentSettings,
  type FromEnvironmentOptions,
  fromEnvironment,
  type HandlerContext,
  type Passage,
  type RequestScopes,
  type ResourceServer,
  type ResourceServerOptions,
} from './resource-server/index.ts'
export {
  type RevocableCaller,
  type Revocation,
  type Revocations,
  type RevokedTokens,
  type StoredRevocationsOptions,
  storedRevocations,
  type TokenFacts,
} from './revocation/index.ts'
export type { Clock } from './runtime/index.ts'
export type {
  Checked,
  ProofFailureReason,
  SharedSecret,
  TokenFailure,
  TokenFailureReason,
  TokenForm,
  TokenVerifier,
  VerifiedToken,
} from './verifiers/index.ts'
