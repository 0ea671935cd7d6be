import { createRelay } from 'mcp-gatehouse/relay'
import { memory } from 'mcp-gatehouse/storage'
import { newRing } from '../authorization-server/world.ts'
import type { Reader } from './option-reader.ts'

const RELAY = {
  issuer: 'https://mcp.example.com',
  resource: 'https://mcp.example.com/mcp',
  upstream: { issuer: 'https://id.example.com', clientId: 'a', clientSecret: 'b' },
  tokens: { issuer: 'https://id.example.com' },
  audienceFrom: 'provider',
  scopes: ['notes:read'],
  storage: memory(),
  keys: { cookies: await newRing('cookies') },
}
const CLIENT = { clientId: 'notes', redirectUris: ['https://app.example.com/cb'] }

/** Whatever takes options of a relay. */
export const RELAY_READERS: Readonly<Record<string, Reader>> = {
  createRelay: {
    type: 'CreateRelayOptions',
    good: RELAY,
    names: ['issuer', 'resource', 'upstream', 'tokens', 'scopes', 'registration', 'sendResource'],
    read: (options) => createRelay(options),
  },
  'createRelay limits': {
    type: 'RelayLimitsOptions',
    good: {},
    names: ['store', 'pagesPerAddress', 'tokenRequestsPerAddress'],
    read: (limits) => createRelay({ ...RELAY, limits } as never),
  },
  'createRelay clients': {
    type: 'RelayClientOptions',
    good: CLIENT,
    names: ['clientId', 'redirectUris', 'clientName', 'fixedPort'],
    read: (options) => createRelay({ ...RELAY, clients: [options] } as never),
  },
}
