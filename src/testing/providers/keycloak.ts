import type { EmulatedProvider, EmulatorOptions } from './emulated-provider.ts'
import { requireEmulatorOptions, startEmulator } from './emulator.ts'
import { bodyOf } from './provider-answers.ts'

const REALM = '/realms/test'
const ACCOUNT = 'urn:emulated:account'
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
      resource_access: { notes: { roles: ['editor'] } },
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

/** Options of {@link startKeycloak}. */
export interface KeycloakOptions extends EmulatorOptions {
  /** "Revoke Refresh Token" of the realm: each can be used once. @defaultValue `false` */
  readonly rotatesRefreshTokens?: boolean | undefined
  /** What an audience mapper adds to `aud`. @defaultValue nothing, and `aud` is `account` */
  readonly audience?: string | undefined
}

/**
 * A realm like Keycloak's: discovery, JWT access tokens for `account` and for what a mapper adds,
 * roles in `realm_access` and `resource_access`, `session_state` and `iss` in the response, and a
 * refresh token for everybody. `resource` is ignored.
 */
export async function startKeycloak(options: KeycloakOptions = {}): Promise<EmulatedProvider> {
  requireEmulatorOptions(options, 'startKeycloak', ['rotatesRefreshTokens', 'audience'])
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
      accessTokens: {
        resourceOf: () => ACCOUNT,
        scopes: ['notes:read', 'notes:write'],
        shape: ({ client_id, ...claims }, user) => ({
          ...claims,
          aud: options.audience === undefined ? 'account' : [options.audience, 'account'],
          typ: 'Bearer',
          azp: client_id,
          scope: `openid ${claims.scope ?? ''}`.trim(),
          preferred_username: user?.claims['preferred_username'],
          realm_access: user?.claims['realm_access'],
          resource_access: user?.claims['resource_access'],
        }),
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
        // Other than `oidc-provider`, it does not look at the parameter.
        const { resource: _resource, ...query } = ctx.query
        ctx.query = query
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
          // All that was granted, where `oidc-provider` tells of the resource's scopes.
          const granted = [ctx.oidc.entities.Grant?.getOIDCScope(), bodyOf(ctx)['scope']]
          bodyOf(ctx)['scope'] = granted.filter(Boolean).join(' ')
        }
      },
    },
    options,
  )
}
