export {
  createRemoteAuthorizationServer,
  type RemoteAuthorizationServer,
} from './authorization-server.ts'
export { type FetchServerMetadataOptions, fetchServerMetadata } from './fetch-server-metadata.ts'
export { isPrivateKey, type KeySelection, parseKeySet } from './key-set.ts'
export { createRefreshedValue } from './refreshed-value.ts'
export {
  loadServerMetadata,
  parseServerMetadata,
  type TransformMetadata,
} from './server-metadata-source.ts'
