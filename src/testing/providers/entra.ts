import type { errors, KoaContextWithOIDC } from 'oidc-provider'
import { importPeer } from '../../runtime/index.ts'
import type { AccessTokens } from './access-tokens.ts'
import type { EmulatedProvider, EmulatorOptions } from './emulated-provider.ts'
import { requireEmulatorOptions, startEmulator } from './emulator.ts'
import { generateSigningKey } from './emulator-configuration.ts'
import { createOnBehalfOfGrant, ON_BEHALF_OF } from './entra-on-behalf-of.ts'
import { bodyOf, dropIssuerParameter } from './provider-answers.ts'

const TENANT = '9f2b3c4d-1111-4222-8333-444455556666'
const CLIENT_ID = '6731de76-14a6-49ae-97bc-6eba6914391e'
const API = `api://${CLIENT_ID}`
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

/** Options of {@link startEntra}. */
export interface EntraOptions extends EmulatorOptions {
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
 * It exchanges its access tokens for this application on behalf of their users; what was withheld is
 * refused with AADSTS65001
 * (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow).
 *
 * A refresh may state its scopes, which are then equal to those of the sign-in or fewer
 * (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#refresh-the-access-token).
 * Where they were of an API of this very application it has to: otherwise AADSTS90009, as reported in
 * https://github.com/AzureAD/microsoft-authentication-library-for-js/issues/5198 and
 * https://github.com/modelcontextprotocol/typescript-sdk/issues/2718.
 */
export async function startEntra(options: EntraOptions = {}): Promise<EmulatedProvider> {
  requireEmulatorOptions(options, 'startEntra', ['version'])
  const { errors: oidcErrors } = await importPeer('oidc-provider', () => import('oidc-provider'))
  const base = `/${TENANT}/oauth2/v2.0`
  const keys = `/${TENANT}/discovery/v2.0/keys`
  const key = generateSigningKey()
  const emulated = await startEmulator(
    {
      issuerPath: `/${TENANT}/v2.0`,
      clientId: CLIENT_ID,
      accessTokenTtlSeconds: 3_600,
      grantTypes: [ON_BEHALF_OF],
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
        resourceOf: () => API,
        scopes: ['Notes.Read', 'Notes.Write'].map((name) => `${API}/${name}`),
        shape: options.version === 1 ? shapeV1 : shapeV2,
      },
      configuration: {
        jwks: { keys: [key] },
        scopes: ['openid', 'offline_access', 'profile', 'email'],
        claims: {
          openid: ['sub', 'tid', 'oid', 'ver', 'roles'],
          profile: ['name', 'preferred_username'],
          email: ['email'],
        },
        rotateRefreshToken(ctx) {
          refuseSelfTargeted(ctx, oidcErrors)
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
  const audience = options.version === 1 ? API : CLIENT_ID
  const { accessTokenTtlSeconds = 3_600, withheldScopes = [] } = options
  const grant = createOnBehalfOfGrant({ key, audience, accessTokenTtlSeconds, withheldScopes })
  emulated.provider.registerGrantType(ON_BEHALF_OF, grant.handle, grant.parameters)
  return emulated
}

const shapeV1: AccessTokens['shape'] = (claims, user) => ({
  ...commonClaims(claims, user),
  iss: `https://sts.windows.net/${TENANT}/`,
  aud: API,
  appid: CLIENT_ID,
  ver: '1.0',
})

const shapeV2: AccessTokens['shape'] = (claims, user) => ({
  ...commonClaims(claims, user),
  iss: claims.iss,
  aud: CLIENT_ID,
  azp: CLIENT_ID,
  ver: '2.0',
})

function commonClaims(
  ...[{ sub, iat, exp, scope = '' }, user]: Parameters<AccessTokens['shape']>
): Readonly<Record<string, unknown>> {
  const { oid, tid, name, roles } = user?.claims ?? {}
  return { sub, iat, nbf: iat, exp, oid, tid, name, roles, scp: scope.replaceAll(`${API}/`, '') }
}

/** Asked before anything is used up. */
function refuseSelfTargeted(
  { oidc }: KoaContextWithOIDC,
  { InvalidRequest }: Pick<typeof errors, 'InvalidRequest'>,
): void {
  const asked = oidc.params?.['scope']
  const isStated = ofOwnApi(typeof asked === 'string' ? asked : '').length > 0
  if (ofOwnApi(oidc.entities.RefreshToken?.scope).length === 0 || isStated) return
  throw new InvalidRequest(
    `AADSTS90009: Application '${CLIENT_ID}'(${CLIENT_ID}) is requesting a token for itself. This ` +
      'scenario is supported only if resource is specified using the GUID based App Identifier.',
  )
}

function refusesResource(ctx: KoaContextWithOIDC, base: string): boolean {
  if (ctx.path !== `${base}/authorize` || !ctx.URL.searchParams.has('resource')) return false
  ctx.status = 400
  ctx.body = "AADSTS901002: The 'resource' request parameter is not supported."
  return true
}

function ofOwnApi(scope = ''): readonly string[] {
  return scope.split(' ').filter((name) => name.startsWith(`${API}/`))
}
