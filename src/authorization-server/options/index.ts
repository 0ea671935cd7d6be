export type {
  AuthorizationServerKeys,
  BoundTokenOptions,
  ConsentOptions,
  CreateAuthorizationServerOptions,
  EmbeddedUser,
  LifetimeOptions,
  ResourceOptions,
  ScopeMeaning,
  UpstreamRealmOptions,
} from './options.ts'
export { parseOptions } from './parse-options.ts'
export type { ResourceSettings, Settings } from './settings.ts'
