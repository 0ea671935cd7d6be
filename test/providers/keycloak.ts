import { bodyOf, type EmulatedProvider, type ProviderOptions, startEmulator } from './emulator.ts'

const REALM = '/realms/test'
const PROTOCOL = `${REALM}/protocol/openid-connect`

const USERS = {
  alice: {
    password: 'wonderland',
    sub: 'f3a1c2d4-0000-4000-8000-00000000a11c',
    claims: {
      preferred_username: 'alice',
      name: 'Alice Liddell',
      email: 'alice@example.com',
      email_verified: true,
      realm_access: { roles: ['admin', 'user'] },
    },
  },
  bob: {
    password: 'builder',
    sub: 'f3a1c2d4-0000-4000-8000-000000000b0b',
    claims: {
      preferred_username: 'bob',
      name: 'Bob Builder',
      email: 'bob@example.com',
      email_verified: false,
      realm_access: { roles: ['user'] },
    },
  },
}

export interface KeycloakOptions extends ProviderOptions {
  /** "Revoke Refresh Token" of the realm: each can be used once. @defaultValue `false` */
  readonly rotatesRefreshTokens?: boolean | undefined
}

/**
 * A realm like Keycloak's: discovery, JWT access tokens for `account`, roles in `realm_access`,
 * `session_state` and `iss` in the response, and a refresh token for everybody.
 */
export async function startKeycloak(options: KeycloakOptions = {}): Promise<EmulatedProvider> {
  return startEmulator(
    {
      issuerPath: REALM,
      accessTokenTtlSeconds: 300,
      users: USERS,
      routes: {
        authorization: `${PROTOCOL}/auth`,
        token: `${PROTOCOL}/token`,
        userinfo: `${PROTOCOL}/userinfo`,
        jwks: `${PROTOCOL}/certs`,
        revocation: `${PROTOCOL}/revoke`,
      },
      configuration: {
        scopes: ['openid', 'offline_access', 'profile', 'email'],
        claims: {
          openid: ['sub', 'realm_access'],
          profile: ['name', 'preferred_username'],
          email: ['email', 'email_verified'],
        },
        rotateRefreshToken: options.rotatesRefreshTokens ?? false,
      },
      async around(ctx, next) {
        await next()
        const location = ctx.response.get('location')
        if (URL.canParse(location) && location.includes('code=')) {
          const url = new URL(location)
          url.searchParams.set('session_state', '6d1f8e2c')
          ctx.set('location', url.href)
        }
        if (ctx.oidc?.route === 'token' && ctx.status === 200) {
          bodyOf(ctx)['refresh_expires_in'] = 1_800
          bodyOf(ctx)['not-before-policy'] = 0
        }
      },
    },
    options,
  )
}
