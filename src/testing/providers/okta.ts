import type { AccessTokens } from './access-tokens.ts'
import type { EmulatedProvider, EmulatorOptions } from './emulated-provider.ts'
import { requireEmulatorOptions, startEmulator } from './emulator.ts'
import { bodyOf, dropIssuerParameter } from './provider-answers.ts'

const SERVER = '/oauth2/default'
const USERS = {
  alice: {
    password: 'wonderland',
    sub: '00uid4BxXw6I6TV4m0g3',
    claims: {
      name: 'Alice Liddell',
      preferred_username: 'alice@example.com',
      email: 'alice@example.com',
      email_verified: true,
      groups: ['Everyone', 'Editors'],
    },
  },
  bob: {
    password: 'builder',
    sub: '00uid4BxXw6I6TV4m0g4',
    claims: {
      name: 'Bob Builder',
      preferred_username: 'bob@example.com',
      email: 'bob@example.com',
      email_verified: true,
      groups: ['Everyone'],
    },
  },
}

/** Options of {@link startOkta}. */
export interface OktaOptions extends EmulatorOptions {
  /** *Audience* of the authorization server. @defaultValue `api://default` */
  readonly audience?: string | undefined
}

/**
 * A custom authorization server of Okta, `default`: one audience for all tokens, `scp` as a list,
 * `cid`, `uid` and a claim `groups`; registration that wants an administrator's API token, and
 * refresh tokens only with `offline_access`.
 */
export async function startOkta(options: OktaOptions = {}): Promise<EmulatedProvider> {
  requireEmulatorOptions(options, 'startOkta', ['audience'])
  const audience = options.audience ?? 'api://default'
  return startEmulator(
    {
      issuerPath: SERVER,
      clientId: '0oaexampleEXAMPLE0000',
      accessTokenTtlSeconds: 3_600,
      users: USERS,
      routes: {
        authorization: `${SERVER}/v1/authorize`,
        token: `${SERVER}/v1/token`,
        userinfo: `${SERVER}/v1/userinfo`,
        jwks: `${SERVER}/v1/keys`,
        revocation: `${SERVER}/v1/revoke`,
      },
      refreshesOffline: true,
      accessTokens: {
        resourceOf: () => audience,
        scopes: ['notes:read', 'notes:write'],
        shape: (claims, user) => ({ ...shapeClaims(claims, user), aud: audience }),
      },
      configuration: {
        scopes: ['openid', 'offline_access', 'profile', 'email'],
        claims: {
          openid: ['sub'],
          profile: ['name', 'preferred_username'],
          email: ['email', 'email_verified'],
        },
        rotateRefreshToken: false,
      },
      async around(ctx, next) {
        if (ctx.path === '/oauth2/v1/clients') {
          ctx.status = 401
          ctx.body = { errorCode: 'E0000011', errorSummary: 'Invalid token provided' }
          return
        }
        const { resource: _resource, ...query } = ctx.query
        ctx.query = query
        await next()
        dropIssuerParameter(ctx)
        if (ctx.oidc?.route === 'discovery') {
          bodyOf(ctx)['registration_endpoint'] = `http://${ctx.host}/oauth2/v1/clients`
        }
      },
    },
    options,
  )
}

function shapeClaims(
  ...[claims, user]: Parameters<AccessTokens['shape']>
): Readonly<Record<string, unknown>> {
  const { iss, jti, iat, exp, sub, scope = '', client_id: clientId } = claims
  return {
    ver: 1,
    jti: `AT.${jti}`,
    iss,
    iat,
    exp,
    cid: clientId,
    uid: sub,
    sub: user?.claims['preferred_username'],
    scp: ['openid', ...scope.split(' ').filter(Boolean)],
    groups: user?.claims['groups'],
  }
}
