import type { Entry } from './entry.ts'

export const RELAY_ENTRY: Entry = {
  file: 'relay/index.ts',
  values: ['createRelay'],
  types: [
    'Brand',
    'CreateRelayOptions',
    'ErrorTexts',
    'OidcUpstreamOptions',
    'PageTexts',
    'Relay',
    'RelayClientOptions',
    'RelayHandler',
    'RelayLimitsOptions',
    'RelayedAuthorizationServer',
    'RelayedTokens',
  ],
}
