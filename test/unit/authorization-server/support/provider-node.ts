import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Configuration, errors, Provider } from 'oidc-provider'
import { onTestFinished } from 'vitest'
import {
  createTokenService,
  type TokenService,
} from '../../../../src/authorization-server/token-service.ts'
import { describeAccessTokens } from '../../../../src/authorization-server/tokens/access-tokens.ts'
import { StorageError } from '../../../../src/errors/index.ts'
import type { KeyRing } from '../../../../src/keys/index.ts'
import type { AuditEvent } from '../../../../src/observability/index.ts'
import type { Clock } from '../../../../src/runtime/index.ts'
import type { Storage } from '../../../../src/storage/index.ts'

export const ISSUER = 'https://as.example.com'
export const RESOURCE = 'https://mcp.example.com/mcp'
export const OTHER_RESOURCE = 'https://other.example.com/mcp'
export const REDIRECT_URI = 'https://app.example.com/callback'
const REDIRECT = {
  redirect_uris: [REDIRECT_URI],
  grant_types: ['authorization_code', 'refresh_token'],
}
export const SECRET: string = 'a secret of some 32 characters, ok'

/** Clients of every way to authenticate that matters here. */
const CLIENTS: NonNullable<Configuration['clients']> = [
  { client_id: 'app', token_endpoint_auth_method: 'none', ...REDIRECT },
  { client_id: 'other', token_endpoint_auth_method: 'none', ...REDIRECT },
  {
    client_id: 'basic',
    client_secret: SECRET,
    token_endpoint_auth_method: 'client_secret_basic',
    ...REDIRECT,
  },
  {
    client_id: 'post',
    client_secret: SECRET,
    token_endpoint_auth_method: 'client_secret_post',
    ...REDIRECT,
  },
  {
    client_id: 'signing',
    jwks: {
      keys: [
        generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
      ],
    },
    token_endpoint_auth_method: 'private_key_jwt',
    ...REDIRECT,
  },
  {
    client_id: 'service',
    client_secret: SECRET,
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  },
]

/** Time as `Date` has it, so that a test can move all clocks at once. */
export const dateClock: Clock = {
  now: () => Math.floor(Date.now() / 1_000),
  elapsed: () => Date.now(),
}

/** What a test changes about a node. */
export interface NodeSettings {
  readonly signingKeys?: KeyRing
  readonly encryptionKey?: object
  readonly clock?: Clock
  readonly graceSeconds?: number
  readonly idleSeconds?: number
  readonly absoluteSeconds?: number
}

/** What an endpoint answered. */
export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Headers
}

export interface TestNode {
  readonly url: string
  readonly service: TokenService
  readonly provider: Provider
  post(path: string, parameters: TokenParameters, headers?: Record<string, string>): Promise<Answer>
}

type TokenParameters = Readonly<Record<string, string>> | string

export interface NodeOptions extends NodeSettings {
  readonly signingKeys: KeyRing
  readonly storage: Storage
  readonly events: AuditEvent[]
  readonly accounts: ReadonlySet<string>
}

export async function startNode(options: NodeOptions): Promise<TestNode> {
  const { signingKeys, storage, events } = options
  const service = createTokenService({
    issuer: ISSUER,
    storage,
    signingKeys,
    tenant: undefined,
    accessTokenSeconds: 600,
    refreshGraceSeconds: options.graceSeconds ?? 30,
    refreshIdleSeconds: options.idleSeconds ?? 30 * 86_400,
    refreshAbsoluteSeconds: options.absoluteSeconds ?? 90 * 86_400,
    clock: options.clock ?? dateClock,
    // What every request for tokens says is in test/security/logs-trail.test.ts.
    emit: (event) => void (event.type.startsWith('grant.') || events.push(event)),
    requireProofs: false,
    errors,
  })
  const configuration = await configure(service, options)
  const provider = service.createProvider(Provider, ISSUER, configuration)
  answerOutages(provider)
  const handle = provider.callback()
  const server = createServer((req, res) => void handle(req, res))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, service, provider, post: (...call) => post(url, ...call) }
}

async function configure(service: TokenService, options: NodeOptions): Promise<Configuration> {
  const { accounts, signingKeys, encryptionKey } = options
  const [signing] = await signingKeys.all()
  const signingKey = { alg: signing?.alg ?? '', kid: signing?.kid ?? '' }
  const all = await signingKeys.all()
  return {
    ...service.configuration,
    adapter: service.adapter,
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clients: CLIENTS,
    cookies: { keys: ['cookie key'] },
    expiresWithSession: () => false,
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, _client, of) => of ?? RESOURCE,
        getResourceServerInfo: (_ctx, resource) => {
          if (resource !== RESOURCE && resource !== OTHER_RESOURCE) throw new errors.InvalidTarget()
          return describeAccessTokens({
            resource,
            scopes: ['read', 'write'],
            lifetimeSeconds: 600,
            signingKey,
            encryptionKey,
          })
        },
        useGrantedResource: () => true,
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      userinfo: { enabled: false },
    },
    findAccount: (_ctx, sub) =>
      accounts.has(sub) ? { accountId: sub, claims: () => ({ sub }) } : undefined,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    jwks: { keys: all.map((key) => key.reveal()) },
    pkce: { required: () => true },
    routes: { token: '/token', revocation: '/revoke', introspection: '/introspect' },
    scopes: ['openid', 'offline_access'],
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      ClientCredentials: 600,
      Grant: (options.absoluteSeconds ?? 90 * 86_400) + 3_600,
      RefreshToken: service.refreshTokenTtl,
    },
  }
}

/** What the authorization server does with errors of the store. */
function answerOutages(provider: Provider): void {
  const outages = new WeakMap<object, string>()
  provider.on('server_error', (ctx, error) => {
    if (error instanceof StorageError) outages.set(ctx, error.message)
    else if (process.env['DEBUG'] !== undefined) process.emitWarning(error)
  })
  provider.use(async (ctx, next) => {
    await next()
    if (!outages.has(ctx)) return
    ctx.status = 503
    ctx.body = { error: 'temporarily_unavailable', error_description: outages.get(ctx) }
  })
}

async function post(
  url: string,
  path: string,
  parameters: TokenParameters,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body =
    typeof parameters === 'string' ? parameters : new URLSearchParams(parameters).toString()
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body,
  })
  const text = await response.text()
  return {
    status: response.status,
    body: (text.startsWith('{') ? JSON.parse(text) : {}) as Answer['body'],
    headers: response.headers,
  }
}
