export type { ClientChange } from './client-documents.ts'
export { hashClientMetadata } from './client-hash.ts'
export type { ClientAuthMethod, ClientMetadata, PublicKeys } from './client-metadata.ts'
export { type Clients, type ClientsContext, createClients } from './create-clients.ts'
export { CLIENT_DOCUMENT_ERROR } from './document-feature.ts'
export type { InitialAccessTokens, IssueInitialAccessToken } from './initial-access-tokens.ts'
export type {
  ClientIdMetadataOptions,
  ClientsOptions,
  InitialAccessTokenOptions,
  RegistrationOptions,
  StaticClientOptions,
} from './options.ts'
export type { HandleRegistration } from './registration.ts'
