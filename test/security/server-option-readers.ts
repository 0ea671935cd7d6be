import { createAuthorizationServer } from 'mcp-gatehouse/authorization-server'
import { memory } from 'mcp-gatehouse/storage'
import { newRing } from '../authorization-server/world.ts'
import type { Reader } from './option-reader.ts'

export const SERVER = {
  issuer: 'http://127.0.0.1:4000',
  resources: ['http://127.0.0.1:3000/mcp'],
  users: [{ username: 'alice', password: 'wonderland' }],
  storage: memory(),
  keys: { signing: await newRing('signing'), cookies: await newRing('cookies') },
  allowInsecureLoopback: true,
}
const CLIENT = { clientId: 'notes', redirectUris: ['https://app.example.com/cb'] }
const TOKEN = { sha256: '0'.repeat(64) }
const UPSTREAM = { issuer: 'https://id.example.com', clientId: 'a', clientSecret: 'b' }
const OAUTH = {
  ...UPSTREAM,
  kind: 'oauth',
  authorizationEndpoint: 'https://id.example.com/authorize',
  tokenEndpoint: 'https://id.example.com/token',
  userInfoEndpoint: 'https://id.example.com/user',
}

const create = (options: object): Promise<unknown> =>
  createAuthorizationServer({ ...SERVER, ...options })
const { users: _users, ...withoutUsers } = SERVER

export const createWithUpstream = (upstream: object): Promise<unknown> =>
  createAuthorizationServer({ ...withoutUsers, upstream } as never)

const createWithUpstreams = (upstreams: readonly object[]): Promise<unknown> =>
  createAuthorizationServer({ ...withoutUsers, upstreams } as never)

/** Whatever takes options of the authorization server. */
export const SERVER_READERS: Readonly<Record<string, Reader>> = {
  createAuthorizationServer: {
    type: 'CreateAuthorizationServerOptions',
    good: SERVER,
    names: ['issuer', 'resources', 'scopes', 'upstream', 'lifetimes', 'consent', 'brand', 'dpop'],
    read: (options) => createAuthorizationServer(options),
  },
  'createAuthorizationServer, of clients': {
    type: 'ClientsOptions',
    alsoReads: ['CreateAuthorizationServerOptions'],
    good: {},
    names: ['clients', 'registration', 'clientIdMetadata', 'privateUseSchemes'],
    read: create,
  },
  'createAuthorizationServer clients': {
    type: 'StaticClientOptions',
    good: CLIENT,
    names: ['clientId', 'redirectUris', 'clientName', 'dpopBoundAccessTokens', 'scopes'],
    read: (options) => create({ clients: [options] }),
  },
  'createAuthorizationServer registration': {
    type: 'RegistrationOptions',
    good: { mode: 'open' },
    names: ['mode', 'maxPerHour', 'initialAccessTokens'],
    read: (registration) => create({ registration }),
  },
  'createAuthorizationServer registration.initialAccessTokens': {
    type: 'InitialAccessTokenOptions',
    good: TOKEN,
    names: ['sha256', 'expiresAt', 'grantTypes'],
    read: (token) => create({ registration: { mode: 'token', initialAccessTokens: [token] } }),
  },
  'createAuthorizationServer clientIdMetadata': {
    type: 'ClientIdMetadataOptions',
    good: {},
    names: ['trustedDomains', 'fetch'],
    read: (clientIdMetadata) => create({ clientIdMetadata }),
  },
  'createAuthorizationServer consent': {
    type: 'ConsentOptions',
    good: { remember: true },
    names: ['remember', 'page', 'iOwnConsentElsewhere'],
    read: (consent) => create({ consent }),
  },
  'createAuthorizationServer dpop': {
    type: 'BoundTokenOptions',
    good: {},
    names: ['required', 'nonceSecret'],
    read: (dpop) => create({ dpop }),
  },
  'createAuthorizationServer identityAssertions': {
    type: 'IdentityAssertionOptions',
    good: { issuers: [{ issuer: 'https://id.example.com' }] },
    names: ['issuers', 'maxLifetimeSeconds', 'encryptionKeys', 'fetch'],
    read: (identityAssertions) => create({ identityAssertions }),
  },
  'createAuthorizationServer identityAssertions.issuers': {
    type: 'AssertionIssuerOptions',
    good: { issuer: 'https://id.example.com' },
    names: ['issuer', 'jwksUri', 'clients', 'resources', 'tenant', 'linkEmailDomains'],
    read: (issuer) => create({ identityAssertions: { issuers: [issuer] } }),
  },
  'createAuthorizationServer lifetimes': {
    type: 'LifetimeOptions',
    good: {},
    names: ['accessTokenSeconds', 'sessionSeconds', 'refreshIdleSeconds'],
    read: (lifetimes) => create({ lifetimes }),
  },
  'createAuthorizationServer resources': {
    type: 'ResourceOptions',
    good: { scopes: ['a'] },
    names: ['scopes', 'defaultScopes', 'encryption', 'dpopBoundAccessTokens'],
    read: (resource) => create({ resources: { 'http://127.0.0.1:3000/mcp': resource } }),
  },
  'createAuthorizationServer upstreams': {
    type: 'UpstreamRealmOptions',
    good: { upstream: UPSTREAM, label: 'Staff' },
    names: ['upstream', 'emailDomains', 'resourceHosts', 'label'],
    read: (realm) => createWithUpstreams([realm]),
  },
  'createAuthorizationServer upstream': {
    type: 'OidcUpstreamOptions',
    good: UPSTREAM,
    names: ['issuer', 'clientId', 'clientSecret', 'scopes', 'userInfo', 'audience'],
    read: createWithUpstream,
  },
  'createAuthorizationServer upstream of OAuth 2.0': {
    type: 'OAuthUpstreamOptions',
    good: OAUTH,
    names: ['tokenEndpoint', 'userInfoEndpoint', 'subjectClaim', 'kind'],
    read: createWithUpstream,
  },
}
