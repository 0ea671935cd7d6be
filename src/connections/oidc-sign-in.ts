import {
  type BrowserIdentity,
  type BrowserUser,
  createUpstream,
  type OidcUpstreamOptions,
  succeed,
  type UpstreamIdentity,
} from '../oauth-client/index.ts'
import { configError, requireKnownOptions } from '../options/index.ts'
import { buildPrincipal } from '../principal/index.ts'

/** Options of {@link oidcSignIn}. */
export interface OidcSignInOptions {
  /** Exactly as its metadata states it, the trailing slash included. */
  readonly issuer: string
  /** The client identifier of this server at the identity provider. */
  readonly clientId: string
  /** The secret that belongs to it; either this, or `privateKey`, or neither for a public client. */
  readonly clientSecret?: OidcUpstreamOptions['clientSecret']
  /** A private key (JWK with `alg`, and `kid` where several are registered) for `private_key_jwt`. */
  readonly privateKey?: OidcUpstreamOptions['privateKey']
  /**
   * How the secret is sent.
   * @defaultValue in the body where the provider's metadata lists that, else Basic
   */
  readonly clientSecretMethod?: OidcUpstreamOptions['clientSecretMethod']
  /** `openid` is always asked for. @defaultValue `openid profile email` */
  readonly scopes?: OidcUpstreamOptions['scopes']
  /** Further parameters of the authorization request. Those that this server sets are refused. */
  readonly extraAuthorizeParams?: OidcUpstreamOptions['extraAuthorizeParams']
  /** Read the UserInfo endpoint too, for a name that the ID token lacks. @defaultValue `false` */
  readonly userInfo?: OidcUpstreamOptions['userInfo']
  /** Let the provider be http on this machine, for development and tests. @defaultValue `false` */
  readonly allowInsecureLoopback?: OidcUpstreamOptions['allowInsecureLoopback']
  /** For a proxy or custom certificates. @defaultValue the platform's */
  readonly fetch?: OidcUpstreamOptions['fetch']
  /**
   * `iss` of the access tokens that MCP clients send, where it is not that of the ID token: Entra ID
   * has another one for tokens of version 1. @defaultValue `issuer`
   */
  readonly tokenIssuer?: string | undefined
  /**
   * The claim of the ID token that is the tenant, a path with dots for one that is nested: the same as
   * the resource server reads. @defaultValue the first of `tid`, `org_id`, `tenant_id` that is there
   */
  readonly tenantClaim?: string | undefined
}

const OPTIONS: readonly string[] = [
  'issuer',
  'clientId',
  'clientSecret',
  'privateKey',
  'clientSecretMethod',
  'scopes',
  'extraAuthorizeParams',
  'userInfo',
  'allowInsecureLoopback',
  'fetch',
  'tokenIssuer',
  'tenantClaim',
] satisfies (keyof OidcSignInOptions)[]
const TENANT_CLAIMS = ['tid', 'org_id', 'tenant_id']

/**
 * Has users of the account pages sign in at the identity provider whose access tokens MCP clients
 * send, where there is no authorization server of our own. Register `<baseUrl>/account/callback` as
 * a redirect URI there.
 *
 * A user is the same as in their access tokens: issuer, subject and tenant have to be equal. `sub` of
 * the ID token has to be that of the access token; a provider that gives each client other subjects
 * (pairwise, as Entra ID does) needs the registration that the access tokens are for. Where they
 * differ, nobody can connect anything: the page says that the link is for somebody else.
 *
 * It asks for `openid profile email` unless `scopes` say otherwise, and keeps no token.
 *
 * @throws {ConfigError}
 *
 * @example
 * ```ts
 * const identity = oidcSignIn({ issuer: 'https://id.example.com/realms/acme', clientId, clientSecret })
 * ```
 *
 * @see [OpenID Connect Core §8](https://openid.net/specs/openid-connect-core-1_0.html#SubjectIDTypes)
 */
export function oidcSignIn(options: OidcSignInOptions): BrowserIdentity {
  requireKnownOptions(options, OPTIONS, 'oidcSignIn')
  const { tokenIssuer = options.issuer, tenantClaim, ...client } = options
  for (const [name, value] of Object.entries({ tokenIssuer, tenantClaim })) {
    const isText = typeof value === 'string' && value !== ''
    if (value !== undefined && !isText)
      throw configError('ERR_CONFIG_NOT_A_STRING', `oidcSignIn: ${name}`)
  }
  const name = 'account'
  const upstream = createUpstream(
    {
      ...client,
      name,
      claims: {
        email: 'email',
        name: ['name', 'preferred_username'],
        tenant_id: tenantClaim ?? TENANT_CLAIMS,
      },
    },
    { path: 'oidcSignIn' },
  )
  return {
    issuer: options.issuer,
    startSignIn: (request) => upstream.start(request),
    async finishSignIn({ parameters, attempt }) {
      const outcome = await upstream.finish({ parameters, attempt: { ...attempt, upstream: name } })
      return outcome.ok ? succeed(describeUser(tokenIssuer, outcome.value)) : outcome
    },
  }
}

/** Who it is, as a resource server reads their tokens. */
function describeUser(issuer: string, { subject, claims }: UpstreamIdentity): BrowserUser {
  const { tenant_id: tenantId, email, name } = claims
  const principal = buildPrincipal(issuer, { sub: subject, tenant_id: tenantId }, {}, claims)
  const displayName = [email, name].find((one) => typeof one === 'string')
  return { issuer, subject, tenant: principal?.tenant, name: displayName }
}
