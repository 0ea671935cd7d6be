import {
  createConnections,
  exchangeService,
  oauthService,
  oidcSignIn,
  secretService,
} from 'mcp-gatehouse/connections'
import { services } from 'mcp-gatehouse/providers'
import { memory } from 'mcp-gatehouse/storage'
import { newRing } from '../authorization-server/world.ts'
import type { Reader } from './option-reader.ts'

const GITHUB = { profile: services.github, clientId: 'a', clientSecret: 'b' }
const FORM = { title: 'Jira', fields: { token: { label: 'Token' } } }
const GENERIC = {
  title: 'Notes',
  clientId: 'a',
  authorizationEndpoint: 'https://notes.example.com/authorize',
  tokenEndpoint: 'https://notes.example.com/token',
  apiOrigins: ['https://api.notes.example.com'],
}
const EXCHANGE = {
  title: 'Graph',
  issuer: 'https://id.example.com',
  clientId: 'a',
  clientSecret: 'b',
  audience: 'graph',
  apiOrigins: ['https://graph.example.com'],
}
const CONNECTIONS = {
  baseUrl: 'https://mcp.example.com',
  storage: memory(),
  keys: { cookies: await newRing('cookies') },
  identity: { issuer: 'https://id.example.com' },
  services: { github: oauthService(GITHUB) },
}
const create = (options: object): unknown =>
  createConnections({ ...CONNECTIONS, ...options } as never)

/** Whatever takes options of connections. */
export const CONNECTION_READERS: Readonly<Record<string, Reader>> = {
  createConnections: {
    type: 'CreateConnectionsOptions',
    good: CONNECTIONS,
    names: ['baseUrl', 'storage', 'keys', 'identity', 'services', 'brand', 'texts'],
    read: async (options) => create(options),
  },
  oidcSignIn: {
    type: 'OidcSignInOptions',
    good: { issuer: 'https://id.example.com', clientId: 'a', clientSecret: 'b' },
    names: ['issuer', 'clientId', 'clientSecret', 'tokenIssuer', 'tenantClaim', 'scopes'],
    read: (options) => oidcSignIn(options),
  },
  'oauthService, with a profile': {
    type: 'ProfiledOAuthServiceOptions',
    good: GITHUB,
    names: ['profile', 'clientId', 'scopes', 'placeholders', 'extraAuthorizeParams', 'apiOrigins'],
    read: async (options) => create({ services: { github: oauthService(options) } }),
  },
  'oauthService, without a profile': {
    type: 'GenericOAuthServiceOptions',
    good: GENERIC,
    names: ['title', 'clientId', 'issuer', 'tokenEndpoint', 'revocationEndpoint', 'pkce'],
    read: async (options) => create({ services: { notes: oauthService(options) } }),
  },
  exchangeService: {
    type: 'ExchangeServiceOptions',
    good: EXCHANGE,
    names: ['title', 'issuer', 'clientId', 'style', 'audience', 'scopes', 'subjectToken'],
    read: async (options) => create({ services: { graph: exchangeService(options) } }),
  },
  secretService: {
    type: 'SecretServiceOptions',
    good: FORM,
    names: ['title', 'fields', 'guide', 'verify', 'apiOrigins', 'authorize'],
    read: async (options) => create({ services: { jira: secretService(options) } }),
  },
}
