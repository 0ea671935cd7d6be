import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Configuration, type JWK, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { createMemoryAdapter } from '../../src/testing/memory-adapter.ts'
import { type AccessTokens, resourceIndicators, shapeWith } from './access-tokens.ts'
import { handleSignIn } from './sign-in-pages.ts'

/** Somebody with an account at an emulated provider. */
export interface ProviderUser {
  readonly password: string
  /** Identifier at the provider. */
  readonly sub: string
  readonly claims: Readonly<Record<string, unknown>>
}

/** What every provider can be told. */
export interface ProviderOptions {
  /** Where it may redirect to; any port of 127.0.0.1. @defaultValue `/callback/upstream` there */
  readonly redirectUris?: readonly string[] | undefined
  /** By the name that they sign in with. @defaultValue alice (`wonderland`) and bob (`builder`) */
  readonly users?: Readonly<Record<string, ProviderUser>> | undefined
  /** @defaultValue what the provider really does */
  readonly accessTokenTtlSeconds?: number | undefined
  /** Scopes that its users never grant. @defaultValue none */
  readonly withheldScopes?: readonly string[] | undefined
}

/** Answers a request instead of the provider where it returns `true`. */
export type Intercept = (req: IncomingMessage, res: ServerResponse) => boolean

/** An identity provider on a loopback socket. */
export interface EmulatedProvider {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly users: Readonly<Record<string, ProviderUser>>
  /** Requests so far, such as `POST /token`; without queries. */
  readonly requests: readonly string[]
  /** Plays an outage: set it, and unset it again. */
  intercept: Intercept | undefined
  close(): Promise<void>
}

/** How one provider differs from the others. */
export interface EmulatorProfile {
  /** Path of the issuer identifier, such as `/realms/test`. */
  readonly issuerPath: string
  /** Paths from the origin. */
  readonly routes: NonNullable<Configuration['routes']>
  readonly clientId?: string | undefined
  readonly configuration: Configuration
  /** Parameters of the authorization request beyond the standard. @defaultValue none */
  readonly extraParams?: readonly string[]
  /** @defaultValue opaque ones */
  readonly accessTokens?: AccessTokens | undefined
  /** Refresh tokens come with `offline_access` only. @defaultValue `configuration` decides */
  readonly refreshesOffline?: boolean
  /** Default lifetime of access tokens. */
  readonly accessTokenTtlSeconds: number
  /** Does what the provider does before `oidc-provider` sees a request, or after it has answered. */
  readonly around?: (
    ctx: KoaContextWithOIDC,
    next: () => Promise<void>,
    provider: Provider,
  ) => Promise<void>
  readonly users: Readonly<Record<string, ProviderUser>>
}

/** Survives where `oidc-provider` takes `offline_access` away: without `prompt=consent`. */
const OFFLINE = 'emulated_offline'
const OPENID_METADATA = '/.well-known/openid-configuration'

/** Starts `oidc-provider` with a profile. It signs in with a page that the scripted browser knows. */
export async function startEmulator(
  profile: EmulatorProfile,
  options: ProviderOptions,
): Promise<EmulatedProvider & { readonly provider: Provider; readonly origin: string }> {
  const { clientId = randomUUID(), issuerPath } = profile
  const users = options.users ?? profile.users
  const clientSecret = randomBytes(24).toString('base64url')
  const requests: string[] = []
  const server = createServer()
  const origin = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`
  const issuer = origin + issuerPath
  const provider = new Provider(
    issuer,
    configure(profile, { ...options, users }, { clientId, clientSecret, origin }),
  )
  const { around, refreshesOffline = false } = profile
  if (refreshesOffline) provider.use(markOffline)
  if (around !== undefined)
    provider.use((ctx, next) => around(ctx as KoaContextWithOIDC, next, provider))
  const handle = provider.callback()

  const emulated = {
    issuer,
    origin,
    clientId,
    clientSecret,
    users,
    requests,
    provider,
    intercept: undefined as Intercept | undefined,
    close: () => close(server),
  }
  server.on('request', (req, res) => {
    const path = (req.url ?? '/').split('?', 1)[0] ?? '/'
    requests.push(`${req.method} ${path}`)
    if (emulated.intercept?.(req, res) === true) return
    if (path === issuerPath.replace(/\/$/, '') + OPENID_METADATA) req.url = OPENID_METADATA
    else if (path === OPENID_METADATA) {
      res.writeHead(404).end()
      return
    }
    if (path.startsWith('/interaction/')) {
      handleSignIn(provider, users, req, res).catch(() => res.writeHead(500).end())
    } else void handle(req, res)
  })
  return emulated
}

function configure(
  profile: EmulatorProfile,
  options: ProviderOptions & { readonly users: Readonly<Record<string, ProviderUser>> },
  {
    clientId,
    clientSecret,
    origin,
  }: Readonly<Record<'clientId' | 'clientSecret' | 'origin', string>>,
): Configuration {
  const { users, withheldScopes = [] } = options
  const { accessTokens, extraParams = [], refreshesOffline = false } = profile
  const { configuration, routes, accessTokenTtlSeconds } = profile
  const bySubject = new Map(Object.values(users).map((user) => [user.sub, user]))
  /** Grants that were asked for with `offline_access`. */
  const offline = new Set<string>()
  const { port } = new URL(origin)
  return {
    adapter: createMemoryAdapter(),
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [...(options.redirectUris ?? ['http://127.0.0.1/callback/upstream'])],
        // Lets the port of a loopback redirect vary (RFC 8252 §7.3).
        application_type: 'native',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_post',
        id_token_signed_response_alg: 'ES256',
      },
    ],
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      // Cookies do not tell ports apart.
      names: {
        session: `idp_session_${port}`,
        interaction: `idp_interaction_${port}`,
        resume: `idp_resume_${port}`,
      },
    },
    conformIdTokenClaims: false,
    expiresWithSession: () => false,
    findAccount: (_ctx, sub) => {
      const user = bySubject.get(sub)
      return user && { accountId: sub, claims: () => ({ sub, ...user.claims }) }
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    async issueRefreshToken(_ctx, _client, code) {
      if (!refreshesOffline) return true
      if (!offline.has(code.grantId ?? '')) return false
      // Of the refresh token, which may state it again.
      code.scope = `${code.scope} offline_access`
      return true
    },
    jwks: { keys: [generateSigningKey()] },
    async loadExistingGrant(ctx) {
      const { client, session, params, provider } = ctx.oidc
      const accountId = session?.accountId
      if (client === undefined || accountId === undefined) return undefined
      const asked = params?.['scope']
      const scopes = typeof asked === 'string' ? asked.split(' ').filter(Boolean) : []
      const withheld = scopes.filter((scope) => withheldScopes.includes(scope))
      const grant = new provider.Grant({ clientId: client.clientId, accountId })
      grant.addOIDCScope(scopes.filter((scope) => !withheld.includes(scope)).join(' '))
      if (withheld.length > 0) grant.rejectOIDCScope(withheld.join(' '))
      const resource = accessTokens?.resourceOf(ctx)
      if (accessTokens !== undefined && resource !== undefined) {
        const granted = accessTokens.scopes.filter((scope) => scopes.includes(scope))
        grant.addResourceScope(resource, granted.join(' '))
      }
      const grantId = await grant.save()
      if (params?.[OFFLINE] === 'yes') offline.add(grantId)
      return grant
    },
    pkce: { required: () => false },
    responseTypes: ['code'],
    routes,
    ...configuration,
    extraParams: [...extraParams, ...(refreshesOffline ? [OFFLINE] : [])],
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: false },
      ...(accessTokens !== undefined && { resourceIndicators: resourceIndicators(accessTokens) }),
      ...configuration.features,
    },
    ...(accessTokens !== undefined && {
      formats: { customizers: { jwt: shapeWith(accessTokens, bySubject) } },
    }),
    ttl: {
      AccessToken: options.accessTokenTtlSeconds ?? accessTokenTtlSeconds,
      AuthorizationCode: 60,
      Grant: 86_400,
      IdToken: 3_600,
      Interaction: 600,
      RefreshToken: 86_400,
      Session: 3_600,
      ...configuration.ttl,
    },
  }
}

async function markOffline(
  ctx: { URL: URL; query: object },
  next: () => Promise<void>,
): Promise<void> {
  const isOffline = ctx.URL.searchParams.get('scope')?.includes('offline_access') === true
  if (isOffline) ctx.query = { ...ctx.query, [OFFLINE]: 'yes' }
  await next()
}

function generateSigningKey(): JWK {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'ES256', use: 'sig' }
}

/** Gives out an opaque token without a sign-in. */
export async function issueOpaqueToken(
  { provider, clientId }: { readonly provider: Provider; readonly clientId: string },
  {
    sub,
    scope,
    foreign,
  }: { readonly sub: string; readonly scope: string; readonly foreign: boolean },
): Promise<string> {
  const registered = await provider.Client.find(clientId)
  if (registered === undefined) throw new Error(`no client ${clientId}`)
  const client = foreign
    ? Object.assign(Object.create(registered) as typeof registered, { clientId: 'somebody-else' })
    : registered
  const fields = { accountId: sub, client, gty: 'authorization_code', scope }
  return new provider.AccessToken(fields as never).save()
}

/** The body of an answer as an object that can be changed. */
export function bodyOf(ctx: KoaContextWithOIDC): Record<string, unknown> {
  return ctx.body as Record<string, unknown>
}

/** Takes `iss` out of metadata and authorization responses, for providers without RFC 9207. */
export function dropIssuerParameter(ctx: KoaContextWithOIDC): void {
  if (ctx.oidc?.route === 'discovery') {
    delete bodyOf(ctx)['authorization_response_iss_parameter_supported']
  }
  const location = ctx.response.get('location')
  if (!URL.canParse(location)) return
  const url = new URL(location)
  if (!url.searchParams.has('iss')) return
  url.searchParams.delete('iss')
  ctx.set('location', url.href)
}
