import type { EmulatedProvider, EmulatorOptions } from './emulated-provider.ts'
import { requireEmulatorOptions, startEmulator } from './emulator.ts'
import { bodyOf } from './provider-answers.ts'

const USERS = {
  alice: {
    password: 'wonderland',
    sub: 'auth0|6553da60a54af58e29493993',
    claims: {
      name: 'Alice Liddell',
      email: 'alice@example.com',
      email_verified: true,
      org_id: 'org_9ybsU1dN2dKfDkBi',
      permissions: ['read:notes'],
      'https://acme.example/roles': ['editor'],
    },
  },
  bob: {
    password: 'builder',
    sub: 'auth0|6553da60a54af58e29493994',
    claims: {
      name: 'Bob Builder',
      email: 'bob@example.com',
      email_verified: true,
      permissions: [],
    },
  },
}

/** Options of {@link startAuth0}. */
export interface Auth0Options extends EmulatorOptions {
  /** *Identifier* of the only API. @defaultValue `https://api.example.com/` */
  readonly audience?: string | undefined
}

/**
 * A tenant of Auth0: an issuer with a slash at its end, JWT access tokens only with `audience`, which
 * has to be an API, opaque ones without it; `permissions` (RBAC is on), `azp`, the UserInfo endpoint
 * beside the API in `aud`, and refresh tokens only with `offline_access`. `resource` is ignored: the
 * compatibility profile is off.
 */
export async function startAuth0(options: Auth0Options = {}): Promise<EmulatedProvider> {
  requireEmulatorOptions(options, 'startAuth0', ['audience'])
  const api = options.audience ?? 'https://api.example.com/'
  return startEmulator(
    {
      issuerPath: '/',
      clientId: 'K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja',
      accessTokenTtlSeconds: 86_400,
      users: USERS,
      routes: {
        authorization: '/authorize',
        token: '/oauth/token',
        userinfo: '/userinfo',
        jwks: '/.well-known/jwks.json',
        revocation: '/oauth/revoke',
      },
      refreshesOffline: true,
      accessTokens: {
        resourceOf: (ctx) => (ctx.oidc.params?.['audience'] === api ? api : undefined),
        scopes: ['read:notes', 'write:notes'],
        shape: ({ client_id, jti: _jti, ...claims }, user) => ({
          ...claims,
          aud: [api, `${claims.iss}userinfo`],
          azp: client_id,
          scope: `openid ${claims.scope ?? ''}`.trim(),
          permissions: user?.claims['permissions'],
          org_id: user?.claims['org_id'],
          'https://acme.example/roles': user?.claims['https://acme.example/roles'],
        }),
      },
      extraParams: ['audience'],
      configuration: {
        scopes: ['openid', 'offline_access', 'profile', 'email'],
        claims: {
          openid: ['sub', 'org_id'],
          profile: ['name'],
          email: ['email', 'email_verified'],
        },
        rotateRefreshToken: true,
      },
      async around(ctx, next) {
        const { resource: _resource, ...query } = ctx.query
        ctx.query = query
        const { audience } = query
        if (ctx.path === '/authorize' && audience !== undefined && audience !== api) {
          ctx.status = 403
          ctx.body = `Service not found: ${String(audience)}`
          return
        }
        await next()
        if (ctx.oidc?.route === 'discovery') {
          delete bodyOf(ctx)['authorization_response_iss_parameter_supported']
        }
      },
    },
    options,
  )
}
