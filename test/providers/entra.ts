import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import {
  bodyOf,
  dropIssuerParameter,
  type EmulatedProvider,
  type ProviderOptions,
  startEmulator,
} from './emulator.ts'

const TENANT = '9f2b3c4d-1111-4222-8333-444455556666'
const USERS = {
  alice: {
    password: 'wonderland',
    sub: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
    claims: {
      oid: '00000000-0000-0000-66f3-3332eca7ea81',
      tid: TENANT,
      ver: '2.0',
      name: 'Alice Liddell',
      preferred_username: 'alice@contoso.example',
      email: 'alice@contoso.example',
      roles: ['Tools.Admin'],
    },
  },
  bob: {
    password: 'builder',
    sub: 'AAAAAAAAAAAAAAAAAAAAAM0jzPdJrWsBwVGpCWXQbA8',
    claims: {
      oid: '00000000-0000-0000-3d1a-0b8e5d2f7c90',
      tid: TENANT,
      ver: '2.0',
      name: 'Bob Builder',
      preferred_username: 'bob@contoso.example',
    },
  },
}

export interface EntraOptions extends ProviderOptions {
  /** `requestedAccessTokenVersion` of the API. @defaultValue 2 */
  readonly version?: 1 | 2 | undefined
}

/**
 * A tenant like Entra ID's v2.0 endpoints: no registration, `resource` is refused (AADSTS901002),
 * JWT access tokens whose `aud` is the application's GUID, with `scp`, `tid`, `oid` and `roles`,
 * nothing about PKCE in the metadata, no `iss` in the response, and refresh tokens only with
 * `offline_access`. Scopes are asked for as `api://…/name`. Access tokens of version 1 have another
 * issuer.
 *
 * A refresh may state its scopes, which are then equal to those of the sign-in or fewer
 * (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#refresh-the-access-token).
 * Where they were of an API of this very application it has to: otherwise AADSTS90009, as reported in
 * https://github.com/AzureAD/microsoft-authentication-library-for-js/issues/5198 and
 * https://github.com/modelcontextprotocol/typescript-sdk/issues/2718.
 */
export async function startEntra(options: EntraOptions = {}): Promise<EmulatedProvider> {
  const base = `/${TENANT}/oauth2/v2.0`
  const keys = `/${TENANT}/discovery/v2.0/keys`
  const clientId = '6731de76-14a6-49ae-97bc-6eba6914391e'
  const api = `api://${clientId}`
  return startEmulator(
    {
      issuerPath: `/${TENANT}/v2.0`,
      clientId,
      accessTokenTtlSeconds: 3_600,
      users: USERS,
      routes: {
        authorization: `${base}/authorize`,
        token: `${base}/token`,
        userinfo: `${base}/userinfo`,
        jwks: keys,
        revocation: `${base}/revoke`,
      },
      refreshesOffline: true,
      accessTokens: {
        resourceOf: () => api,
        scopes: ['Notes.Read', 'Notes.Write'].map((name) => `${api}/${name}`),
        shape: ({ iss, sub, iat, exp, scope, client_id }, user) => {
          const { oid, tid, name, roles } = user?.claims ?? {}
          const scp = (scope ?? '').replaceAll(`${api}/`, '')
          const common = { sub, iat, nbf: iat, exp, oid, tid, name, roles, scp }
          return options.version === 1
            ? {
                ...common,
                iss: `https://sts.windows.net/${TENANT}/`,
                aud: api,
                appid: client_id,
                ver: '1.0',
              }
            : { ...common, iss, aud: clientId, azp: client_id, ver: '2.0' }
        },
      },
      configuration: {
        scopes: ['openid', 'offline_access', 'profile', 'email'],
        claims: {
          openid: ['sub', 'tid', 'oid', 'ver', 'roles'],
          profile: ['name', 'preferred_username'],
          email: ['email'],
        },
        rotateRefreshToken(ctx) {
          refuseSelfTargeted(ctx, clientId)
          return true
        },
      },
      async around(ctx, next) {
        if (refusesResource(ctx, base)) return
        if (ctx.path === `/${TENANT}/discovery/keys`) ctx.path = keys
        await next()
        dropIssuerParameter(ctx)
        if (ctx.oidc?.route === 'discovery') {
          delete bodyOf(ctx)['code_challenge_methods_supported']
          delete bodyOf(ctx)['revocation_endpoint']
        }
      },
    },
    options,
  )
}

/** Asked before anything is used up. */
function refuseSelfTargeted({ oidc }: KoaContextWithOIDC, clientId: string): void {
  const ofOwnApi = (scope = ''): readonly string[] =>
    scope.split(' ').filter((name) => name.startsWith(`api://${clientId}/`))
  const asked = oidc.params?.['scope']
  const isStated = ofOwnApi(typeof asked === 'string' ? asked : '').length > 0
  if (ofOwnApi(oidc.entities.RefreshToken?.scope).length === 0 || isStated) return
  throw new errors.InvalidRequest(
    `AADSTS90009: Application '${clientId}'(${clientId}) is requesting a token for itself. This ` +
      'scenario is supported only if resource is specified using the GUID based App Identifier.',
  )
}

function refusesResource(ctx: KoaContextWithOIDC, base: string): boolean {
  if (ctx.path !== `${base}/authorize` || !ctx.URL.searchParams.has('resource')) return false
  ctx.status = 400
  ctx.body = "AADSTS901002: The 'resource' request parameter is not supported."
  return true
}
