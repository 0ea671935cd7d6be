import { createConnections, secretService } from 'mcp-gatehouse/connections'
import { createGateway } from 'mcp-gatehouse/gateway'
import { memory } from 'mcp-gatehouse/storage'
import { assertionVerifier } from 'mcp-gatehouse/verifiers'
import { newRing } from '../authorization-server/world.ts'
import { createSigningRing } from '../gateway/world.ts'
import type { Reader } from './option-reader.ts'

const ROUTE = { path: '/mcp', upstream: 'http://127.0.0.1:8000/mcp' }
const GATEWAY = {
  publicUrl: 'https://mcp.example.com',
  authorizationServers: ['https://id.example.com'],
  keys: await createSigningRing(),
  routes: [ROUTE],
}

const connections = await createConnections({
  baseUrl: GATEWAY.publicUrl,
  storage: memory(),
  keys: { cookies: await newRing('cookies') },
  identity: { issuer: 'https://id.example.com' } as never,
  services: { tracker: secretService({ title: 'Tracker', fields: { key: { label: 'Key' } } }) },
})

const createWithRoute = (route: object): Promise<unknown> =>
  createGateway({ ...GATEWAY, connections, routes: [{ ...ROUTE, ...route }] })

/** Whatever takes options of the gateway. */
export const GATEWAY_READERS: Readonly<Record<string, Reader>> = {
  createGateway: {
    type: 'GatewayOptions',
    good: GATEWAY,
    names: [
      'publicUrl',
      'keys',
      'connections',
      'listen',
      'admin',
      'drainSeconds',
      'policy',
      'identity',
    ],
    read: createGateway,
  },
  'createGateway routes': {
    type: 'RouteOptions',
    alsoReads: ['RouteDefaults', 'ProtectionOptions'],
    good: ROUTE,
    names: [
      'upstreamHeaders',
      'connections',
      'credentials',
      'policy',
      'requestHeaders',
      'responseHeaders',
    ],
    read: createWithRoute,
  },
  'createGateway upstream': {
    type: 'GatewayUpstreamOptions',
    good: { url: ROUTE.upstream },
    names: ['url', 'maxConnections', 'idleTimeoutSeconds', 'ca'],
    read: (upstream) => createWithRoute({ upstream }),
  },
  'createGateway upstream that is a command': {
    type: 'CommandUpstreamOptions',
    good: { command: 'node' },
    names: ['args', 'env', 'inheritEnv', 'maxProcesses', 'maxIdleSeconds'],
    read: (upstream) => createWithRoute({ upstream }),
  },
  'createGateway identity': {
    type: 'AssertionOptions',
    good: {},
    names: ['header', 'audience', 'lifetimeSeconds', 'claims'],
    read: (identity) => createWithRoute({ identity }),
  },
  'createGateway identity by exchange': {
    type: 'ExchangeIdentityOptions',
    good: { exchange: { issuer: 'https://id.example.com', clientId: 'a', audience: 'b' } },
    names: ['exchange'],
    read: (identity) => createWithRoute({ identity }),
  },
  'createGateway connections of routes': {
    type: 'RouteConnectionOptions',
    good: { headers: { 'x-key': '{key}' } },
    names: ['headers', 'tools', 'purpose'],
    read: (tracker) => createWithRoute({ connections: { tracker } }),
  },
  'createGateway listen': {
    type: 'ListenOptions',
    good: { port: 0 },
    names: ['host', 'port'],
    read: (listen) => createGateway({ ...GATEWAY, listen }),
  },
  'createGateway admin': {
    type: 'AdminOptions',
    alsoReads: ['ListenOptions'],
    good: { port: 0 },
    names: ['metrics'],
    read: (admin) => createGateway({ ...GATEWAY, admin }),
  },
  assertionVerifier: {
    type: 'AssertionVerifierOptions',
    good: { issuer: GATEWAY.publicUrl },
    names: ['issuer', 'jwksUri', 'clock'],
    read: assertionVerifier,
  },
}
