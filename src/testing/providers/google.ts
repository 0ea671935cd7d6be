import type { KoaContextWithOIDC, default as Provider } from 'oidc-provider'
import type { EmulatedProvider, EmulatorOptions } from './emulated-provider.ts'
import { requireEmulatorOptions, startEmulator } from './emulator.ts'
import { type IssueOpaqueTokenOptions, issueOpaqueToken } from './opaque-token.ts'
import { bodyOf } from './provider-answers.ts'

const USERS = {
  alice: {
    password: 'wonderland',
    sub: '110169484474386276334',
    claims: {
      name: 'Alice Liddell',
      picture: 'https://lh3.googleusercontent.com/a/alice',
      email: 'alice@example.com',
      email_verified: true,
      hd: 'example.com',
    },
  },
  bob: {
    password: 'builder',
    sub: '110169484474386276335',
    claims: { name: 'Bob Builder', email: 'bob@gmail.com', email_verified: true },
  },
}

/** Google, with the endpoint that tells about its access tokens. */
export interface EmulatedGoogle extends EmulatedProvider {
  readonly tokenInfoEndpoint: string
  /** A token of a user, as the token endpoint gives it to the client; or to another client. */
  issueToken(options?: IssueOpaqueTokenOptions): Promise<string>
}

/**
 * Google: opaque access tokens, a refresh token only with `access_type=offline` and
 * `prompt=consent`, never a new one with a refresh, and scopes in the response.
 */
export async function startGoogle(options: EmulatorOptions = {}): Promise<EmulatedGoogle> {
  requireEmulatorOptions(options, 'startGoogle')
  /** Grants that were asked for offline. */
  const offline = new Set<string>()
  const emulated = await startEmulator(
    {
      issuerPath: '',
      clientId: '407408718192.apps.googleusercontent.com',
      accessTokenTtlSeconds: 3_599,
      users: USERS,
      routes: {
        authorization: '/o/oauth2/v2/auth',
        token: '/token',
        userinfo: '/v1/userinfo',
        jwks: '/oauth2/v3/certs',
        revocation: '/revoke',
      },
      extraParams: ['access_type', 'include_granted_scopes', 'hd'],
      configuration: {
        scopes: ['openid', 'profile', 'email'],
        claims: {
          openid: ['sub', 'hd'],
          profile: ['name', 'picture'],
          email: ['email', 'email_verified'],
        },
        issueRefreshToken: async (_ctx, _client, code) => offline.has(code.grantId ?? ''),
        rotateRefreshToken: false,
      },
      async around(ctx, next, provider) {
        if (ctx.path === '/tokeninfo') {
          await sendTokenInfo(ctx, provider)
          return
        }
        if (ctx.path === '/revoke') {
          await sendRevoked(ctx, provider)
          return
        }
        await next()
        const { oidc } = ctx
        const { access_type: accessType, prompt } = oidc?.params ?? {}
        const grantId = oidc?.entities.Grant?.jti
        const isOffline = accessType === 'offline' && prompt === 'consent'
        if (grantId !== undefined && isOffline) offline.add(grantId)
        const isRefresh = oidc?.params?.['grant_type'] === 'refresh_token'
        if (oidc?.route === 'token' && isRefresh) delete bodyOf(ctx)['refresh_token']
      },
    },
    options,
  )
  return Object.assign(emulated, {
    tokenInfoEndpoint: `${emulated.origin}/tokeninfo`,
    issueToken: (issue: IssueOpaqueTokenOptions = {}) =>
      issueOpaqueToken(emulated, { ...issue, scope: issue.scope ?? 'openid email' }),
  })
}

/** Ends the whole grant of a token, whoever has it: no client authenticates itself there. */
async function sendRevoked(ctx: KoaContextWithOIDC, provider: Provider): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of ctx.req) chunks.push(chunk as Buffer)
  const form = new URLSearchParams(Buffer.concat(chunks).toString())
  const token = form.get('token') ?? ctx.URL.searchParams.get('token') ?? ''
  const found =
    (await provider.RefreshToken.find(token)) ?? (await provider.AccessToken.find(token))
  const { grantId } = found ?? {}
  if (grantId === undefined || ctx.method !== 'POST') {
    ctx.status = 400
    ctx.body = { error: 'invalid_token', error_description: 'Token expired or revoked' }
    return
  }
  await provider.RefreshToken.revokeByGrantId(grantId)
  await provider.AccessToken.revokeByGrantId(grantId)
  ctx.status = 200
  ctx.body = {}
}

/** Whose token it is and for which client; numbers are text, and `sub` needs a scope about the user. */
async function sendTokenInfo(ctx: KoaContextWithOIDC, provider: Provider): Promise<void> {
  const token = /^Bearer (\S+)$/.exec(ctx.get('authorization'))?.[1] ?? ''
  const found = await provider.AccessToken.find(token)
  if (found === undefined || ctx.method !== 'POST') {
    ctx.status = 400
    ctx.body = { error: 'invalid_token', error_description: 'Invalid Value' }
    return
  }
  const { exp = 0, clientId, accountId, scope = '' } = found
  ctx.status = 200
  ctx.body = {
    azp: clientId,
    aud: clientId,
    ...(scope.includes('openid') && { sub: accountId }),
    scope,
    exp: String(exp),
    expires_in: String(exp - Math.floor(Date.now() / 1_000)),
    access_type: 'online',
  }
}
