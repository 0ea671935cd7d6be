export type {
  CreateRelayOptions,
  RelayClientOptions,
  RelayedTokens,
  RelayLimitsOptions,
} from './options.ts'
export { parseOptions } from './parse-options.ts'
export type { RelayClient, RelaySettings } from './settings.ts'
