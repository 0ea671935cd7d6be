export type { OidcUpstreamOptions } from '../oauth-client/index.ts'
export type { Brand, ErrorTexts, PageTexts } from '../pages/index.ts'
export { createRelay } from './create-relay.ts'
export type { RelayHandler } from './listener.ts'
export type {
  CreateRelayOptions,
  RelayClientOptions,
  RelayedTokens,
  RelayLimitsOptions,
} from './options/index.ts'
export type { Relay, RelayedAuthorizationServer } from './relay.ts'
