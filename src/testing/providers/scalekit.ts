import type { EmulatedProvider, EmulatorOptions } from './emulated-provider.ts'
import { requireEmulatorOptions, startEmulator } from './emulator.ts'
import { dropIssuerParameter } from './provider-answers.ts'

const RESOURCE_ID = 'res_123456789'
const METADATA = `/resources/${RESOURCE_ID}/.well-known/oauth-authorization-server`
const USERS = {
  alice: {
    password: 'wonderland',
    sub: 'usr_123456789',
    claims: {
      name: 'Alice Liddell',
      email: 'alice@example.com',
      email_verified: true,
      org_id: 'org_123456789',
    },
  },
  bob: {
    password: 'builder',
    sub: 'usr_123456790',
    claims: { name: 'Bob Builder', email: 'bob@example.com', email_verified: true },
  },
}

/** Options of {@link startScalekit}. */
export interface ScalekitOptions extends EmulatorOptions {
  /** *Server URL* of the MCP server. @defaultValue none, and only the resource id is in `aud` */
  readonly serverUrl?: string | undefined
}

/**
 * An environment of Scalekit with one MCP server: metadata of the resource with registration, under
 * another issuer than that of the tokens and at one well-known path only, `res_…` as audience,
 * `org_id`, and refresh tokens only with `offline_access`.
 */
export async function startScalekit(options: ScalekitOptions = {}): Promise<EmulatedProvider> {
  requireEmulatorOptions(options, 'startScalekit', ['serverUrl'])
  const { serverUrl } = options
  return startEmulator(
    {
      issuerPath: '',
      clientId: 'skc_123456789',
      accessTokenTtlSeconds: 3_600,
      users: USERS,
      routes: {
        authorization: '/oauth/authorize',
        token: '/oauth/token',
        userinfo: '/userinfo',
        jwks: '/keys',
        revocation: '/oauth/revoke',
      },
      refreshesOffline: true,
      accessTokens: {
        resourceOf: () => `urn:emulated:${RESOURCE_ID}`,
        scopes: ['notes:read', 'notes:write'],
        shape: (claims, user) => ({
          ...claims,
          aud: [RESOURCE_ID, ...(serverUrl === undefined ? [] : [serverUrl])],
          org_id: user?.claims['org_id'],
        }),
      },
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
        if (ctx.path === METADATA) {
          const resource = `http://${ctx.host}/resources/${RESOURCE_ID}`
          ctx.body = {
            issuer: resource,
            authorization_endpoint: `http://${ctx.host}/oauth/authorize`,
            token_endpoint: `http://${ctx.host}/oauth/token`,
            jwks_uri: `http://${ctx.host}/keys`,
            registration_endpoint: `${resource}/oauth/register`,
            response_types_supported: ['code'],
            code_challenge_methods_supported: ['S256'],
            client_id_metadata_document_supported: true,
          }
          return
        }
        const { resource: _resource, ...query } = ctx.query
        ctx.query = query
        await next()
        dropIssuerParameter(ctx)
      },
    },
    options,
  )
}
