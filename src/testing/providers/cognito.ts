import { NO_AUDIENCE } from './access-tokens.ts'
import type { EmulatedProvider, EmulatorOptions } from './emulated-provider.ts'
import { requireEmulatorOptions, startEmulator } from './emulator.ts'
import { bodyOf, dropIssuerParameter } from './provider-answers.ts'

const POOL = 'eu-central-1_EXAMPLE'
const NO_RESOURCE = 'urn:emulated:none'
const USERS = {
  alice: {
    password: 'wonderland',
    sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeee01',
    claims: {
      name: 'Alice Liddell',
      email: 'alice@example.com',
      email_verified: true,
      'cognito:username': 'alice',
      'cognito:groups': ['editors'],
      token_use: 'id',
    },
  },
  bob: {
    password: 'builder',
    sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeee02',
    claims: {
      name: 'Bob Builder',
      email: 'bob@example.com',
      email_verified: true,
      'cognito:username': 'bob',
      token_use: 'id',
    },
  },
}

/** Options of {@link startCognito}. */
export interface CognitoOptions extends EmulatorOptions {
  /** Identifier of the only resource server. @defaultValue `https://mcp.example.com/mcp` */
  readonly resourceServer?: string | undefined
}

/**
 * A user pool of Cognito with a domain: access tokens with `client_id` and without `aud`, unless
 * `resource` was sent; `token_use`, `cognito:groups`, scopes that begin with the resource server, nothing
 * about PKCE in the metadata, no `iss` in the response, and a refresh token with every code.
 */
export async function startCognito(options: CognitoOptions = {}): Promise<EmulatedProvider> {
  requireEmulatorOptions(options, 'startCognito', ['resourceServer'])
  const resourceServer = options.resourceServer ?? 'https://mcp.example.com/mcp'
  return startEmulator(
    {
      issuerPath: `/${POOL}`,
      clientId: '1example23456789',
      accessTokenTtlSeconds: 3_600,
      users: USERS,
      routes: {
        authorization: '/oauth2/authorize',
        token: '/oauth2/token',
        userinfo: '/oauth2/userInfo',
        jwks: `/${POOL}/.well-known/jwks.json`,
        revocation: '/oauth2/revoke',
      },
      accessTokens: {
        resourceOf: (ctx) =>
          ctx.oidc.params?.['resource'] === resourceServer ? resourceServer : NO_RESOURCE,
        scopes: ['read', 'write'].map((name) => `${resourceServer}/${name}`),
        shape: ({ aud, scope, ...claims }, user) => ({
          ...claims,
          aud: aud === NO_RESOURCE ? NO_AUDIENCE : aud,
          version: 2,
          token_use: 'access',
          scope: `openid ${scope ?? ''}`.trim(),
          username: user?.claims['cognito:username'],
          'cognito:groups': user?.claims['cognito:groups'],
        }),
      },
      configuration: {
        scopes: ['openid', 'profile', 'email'],
        claims: {
          openid: ['sub', 'cognito:username', 'cognito:groups', 'token_use'],
          profile: ['name'],
          email: ['email', 'email_verified'],
        },
        rotateRefreshToken: false,
      },
      async around(ctx, next) {
        await next()
        dropIssuerParameter(ctx)
        if (ctx.oidc?.route === 'discovery') delete bodyOf(ctx)['code_challenge_methods_supported']
      },
    },
    options,
  )
}
