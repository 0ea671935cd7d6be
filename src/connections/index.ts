/**
 * Connections: third-party credentials of users, collected in the browser, sealed, renewed, and
 * taken back by the user.
 *
 * @module
 */

export type {
  ApprovedClient,
  BrowserIdentity,
  BrowserUser,
  SignInRequest,
  UserAccounts,
} from '../oauth-client/index.ts'
export type { ConnectionPages } from './browser/index.ts'
export { ConnectionRequired, type NeededConnection } from './connection-required.ts'
export type { ConnectionsApi } from './connections.ts'
export { type Connections, createConnections } from './create-connections.ts'
export type { Credential } from './credential.ts'
export { type OidcSignInOptions, oidcSignIn } from './oidc-sign-in.ts'
export type { ConnectionKeys, CreateConnectionsOptions } from './options.ts'
export type { Revoked, ServiceAccount } from './service.ts'
export { exchangeService, oauthService, secretService } from './service-definitions.ts'
export type {
  ExchangeServiceDefinition,
  ExchangeServiceOptions,
  GenericOAuthServiceOptions,
  OAuthServiceDefinition,
  OAuthServiceOptions,
  ProfiledOAuthServiceOptions,
  SecretField,
  SecretServiceDefinition,
  SecretServiceOptions,
  SecretVerdict,
  ServiceDefinition,
} from './service-options.ts'
export type {
  ConnectedMessage,
  Credentials,
  MessageConnections,
  MessageOutcome,
  RequestStateHook,
  RequireOptions,
  ServiceValues,
  ToolConnections,
  WithCredentials,
} from './tools/index.ts'
export type { ConnectionExport, ConnectionSummary, Disconnected } from './vault.ts'
