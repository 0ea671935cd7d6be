import type { KoaContextWithOIDC, default as Provider } from 'oidc-provider'
import type { EmulatedProvider, EmulatedUser, EmulatorOptions } from './emulated-provider.ts'
import { type RunningEmulator, requireEmulatorOptions, startEmulator } from './emulator.ts'
import { type IssueOpaqueTokenOptions, issueOpaqueToken } from './opaque-token.ts'
import { bodyOf, dropIssuerParameter } from './provider-answers.ts'

const AUTHORIZE_PATH = '/login/oauth/authorize'
const TOKEN_PATH = '/login/oauth/access_token'
/** Stands for no scope at all, which `oidc-provider` does not grant. */
const NO_SCOPE = 'emulated_none'
const USERS = {
  alice: {
    password: 'wonderland',
    sub: '583231',
    claims: { login: 'alice', id: 583_231, name: 'Alice Liddell', email: 'alice@example.com' },
  },
  bob: {
    password: 'builder',
    sub: '583232',
    claims: { login: 'bob', id: 583_232, name: null, email: null },
  },
}

/** GitHub's names for what went wrong at the token endpoint. */
const ERRORS: Readonly<Record<string, string>> = {
  invalid_client: 'incorrect_client_credentials',
  invalid_grant: 'bad_verification_code',
}

/** GitHub, with the endpoints that an upstream for it is configured with. */
export interface EmulatedGithub extends EmulatedProvider {
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  readonly userInfoEndpoint: string
  /** What stands before `/applications/{client_id}/token`. */
  readonly apiUrl: string
  /** A token of a user, as the token endpoint gives it to the app; or to another app. */
  issueToken(options?: IssueOpaqueTokenOptions): Promise<string>
}

/** Options of {@link startGithub}. */
export interface GithubOptions extends EmulatorOptions {
  /** Like a GitHub App: tokens of 8 hours, and refresh tokens that can be used once. */
  readonly expires?: boolean | undefined
}

/**
 * GitHub: OAuth 2.0 alone. No metadata, no ID token, no `iss`; opaque tokens that do not expire;
 * errors of the token endpoint with status 200, forms unless JSON is asked for, commas between
 * scopes, no scope where none is asked for (GitHub Apps have permissions instead), and the user at
 * `/user`.
 */
export async function startGithub(options: GithubOptions = {}): Promise<EmulatedGithub> {
  requireEmulatorOptions(options, 'startGithub', ['expires'])
  const users: Readonly<Record<string, EmulatedUser>> = options.users ?? USERS
  const expires = options.expires ?? false
  const secret = (): string => emulated.clientSecret
  const emulated: RunningEmulator = await startEmulator(
    {
      issuerPath: '',
      clientId: 'Iv1.8a61f9b3a7aba766',
      accessTokenTtlSeconds: expires ? 28_800 : 31_536_000,
      users,
      routes: {
        authorization: AUTHORIZE_PATH,
        token: TOKEN_PATH,
        userinfo: '/not-there',
        jwks: '/keys-not-there',
        revocation: '/revocation-not-there',
      },
      configuration: {
        scopes: ['read:user', 'user:email', 'repo', 'gist', NO_SCOPE],
        issueRefreshToken: async () => expires,
        rotateRefreshToken: true,
      },
      async around(ctx, next, provider) {
        if (ctx.path === AUTHORIZE_PATH && !ctx.URL.searchParams.has('scope')) {
          ctx.query = { ...ctx.query, scope: NO_SCOPE }
        }
        if (ctx.path.startsWith('/.well-known/')) ctx.status = 404
        else if (ctx.path === '/user') await sendUser(ctx, users, provider)
        else if (ctx.path.startsWith('/applications/')) {
          await sendApplication(ctx, { users, provider, expires, clientSecret: secret() })
        } else await next()
        dropIssuerParameter(ctx)
        if (ctx.path === TOKEN_PATH) asGithub(ctx, expires)
      },
    },
    options,
  )
  return Object.assign(emulated, {
    authorizationEndpoint: emulated.origin + AUTHORIZE_PATH,
    tokenEndpoint: emulated.origin + TOKEN_PATH,
    userInfoEndpoint: `${emulated.origin}/user`,
    apiUrl: emulated.origin,
    issueToken: (issue: IssueOpaqueTokenOptions = {}) =>
      issueOpaqueToken(emulated, { ...issue, scope: issue.scope ?? 'read:user' }),
  })
}

function asGithub(ctx: KoaContextWithOIDC, expires: boolean): void {
  const body = { ...bodyOf(ctx) }
  if (typeof body['error'] === 'string') {
    const isRefresh = ctx.oidc?.params?.['grant_type'] === 'refresh_token'
    const isBadRefresh = isRefresh && body['error'] === 'invalid_grant'
    body['error'] = isBadRefresh ? 'bad_refresh_token' : (ERRORS[body['error']] ?? body['error'])
    body['error_uri'] = 'https://docs.github.com/apps/oauth'
    ctx.status = 200
    ctx.response.remove('www-authenticate')
  } else {
    body['token_type'] = 'bearer'
    const scope = typeof body['scope'] === 'string' ? body['scope'] : ''
    body['scope'] = scope.replace(NO_SCOPE, '').replaceAll(' ', ',')
    if (!expires) delete body['expires_in']
  }
  const isJson = ctx.get('accept').includes('application/json')
  ctx.body = isJson ? body : String(new URLSearchParams(body as Record<string, string>))
  ctx.type = isJson ? 'json' : 'application/x-www-form-urlencoded'
}

async function sendUser(
  ctx: KoaContextWithOIDC,
  users: Readonly<Record<string, EmulatedUser>>,
  provider: Provider,
): Promise<void> {
  const token = /^Bearer (\S+)$/.exec(ctx.get('authorization'))?.[1] ?? ''
  const found = await provider.AccessToken.find(token)
  const user = Object.values(users).find(({ sub }) => sub === found?.accountId)
  ctx.status = user === undefined ? 401 : 200
  ctx.body = user?.claims ?? { message: 'Bad credentials' }
}

/** Somebody who asks `/applications/{client_id}/…`, and what is there. */
interface ApplicationSurroundings {
  readonly users: Readonly<Record<string, EmulatedUser>>
  readonly provider: Provider
  readonly expires: boolean
  readonly clientSecret: string
}

/**
 * The REST API for the app itself: "Check a token", "Delete an app token" and "Delete an app
 * authorization". 404 for whatever is no live token of the app that asks.
 */
async function sendApplication(
  ctx: KoaContextWithOIDC,
  surroundings: ApplicationSurroundings,
): Promise<void> {
  const { users, provider, clientSecret } = surroundings
  const [, clientId = '', what] = /^\/applications\/([^/]+)\/(token|grant)$/.exec(ctx.path) ?? []
  if (ctx.get('authorization') !== `Basic ${btoa(`${clientId}:${clientSecret}`)}`) {
    ctx.status = 401
    ctx.body = { message: 'Requires authentication' }
    return
  }
  const token = await readToken(ctx)
  const found = await provider.AccessToken.find(token)
  const user = Object.values(users).find(({ sub }) => sub === found?.accountId)
  const isCheck = ctx.method === 'POST' && what === 'token'
  const isAsked = isCheck || ctx.method === 'DELETE'
  if (found === undefined || user === undefined || found.clientId !== clientId || !isAsked) {
    ctx.status = 404
    ctx.body = { message: 'Not Found' }
    return
  }
  if (isCheck) sendCheckedToken(ctx, { ...surroundings, token, found, user })
  else await endTokens(ctx, provider, found, what === 'grant')
}

async function readToken(ctx: KoaContextWithOIDC): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of ctx.req) chunks.push(chunk as Buffer)
  const { access_token: token } = JSON.parse(Buffer.concat(chunks).toString()) as {
    readonly access_token: string
  }
  return token
}

type FoundToken = InstanceType<Provider['AccessToken']>

async function endTokens(
  ctx: KoaContextWithOIDC,
  provider: Provider,
  found: FoundToken,
  isWholeGrant: boolean,
): Promise<void> {
  const { grantId } = found
  await found.destroy()
  if (isWholeGrant && grantId !== undefined) {
    await provider.AccessToken.revokeByGrantId(grantId)
    await provider.RefreshToken.revokeByGrantId(grantId)
  }
  ctx.status = 204
}

function sendCheckedToken(
  ctx: KoaContextWithOIDC,
  {
    token,
    found,
    user,
    expires,
  }: {
    readonly token: string
    readonly found: FoundToken
    readonly user: EmulatedUser
    readonly expires: boolean
  },
): void {
  ctx.status = 200
  ctx.body = {
    id: 1,
    token,
    app: { name: 'notes', client_id: found.clientId, url: 'https://example.com' },
    scopes: found.scope?.split(' ') ?? [],
    expires_at: expires ? new Date((found.exp ?? 0) * 1_000).toISOString() : null,
    user: user.claims,
  }
}
