import { bodyOf, type EmulatedProvider, type ProviderOptions, startEmulator } from './emulator.ts'

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

/**
 * Google: opaque access tokens, a refresh token only with `access_type=offline` and
 * `prompt=consent`, never a new one with a refresh, and scopes in the response.
 */
export async function startGoogle(options: ProviderOptions = {}): Promise<EmulatedProvider> {
  /** Grants that were asked for offline. */
  const offline = new Set<string>()
  return startEmulator(
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
      async around(ctx, next) {
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
}
