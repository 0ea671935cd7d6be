export { type AccessByClient, accessOf, parseClientAccess } from './client-access.ts'
export type { ClientChange } from './client-documents.ts'
export { hashClientMetadata } from './client-hash.ts'
export type { BoundTokens, ClientAuthMethod, PublicKeys } from './client-metadata.ts'
export { type Clients, createClients } from './create-clients.ts'
export { CLIENT_DOCUMENT_ERROR } from './document-feature.ts'
export { CLIENT_CREDENTIALS, JWT_BEARER, TOKEN_EXCHANGE } from './grant-types.ts'
export type { InitialAccessTokens, IssueInitialAccessToken } from './initial-access-tokens.ts'
export type {
  ClientIdMetadataOptions,
  ClientsOptions,
  InitialAccessTokenOptions,
  RegistrationOptions,
  StaticClientOptions,
} from './options.ts'
