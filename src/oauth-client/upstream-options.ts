import type { JWK } from 'jose'
import type { Fetch } from '../http/index.ts'
import type { ClaimNames } from './user-claims.ts'

/** What upstreams of both kinds have. */
interface CommonUpstreamOptions {
  /**
   * The last segment of the callback's path, `/callback/<name>`: 1 to 40 of a-z, 0-9 and `-`.
   * @defaultValue `upstream`
   */
  readonly name?: string | undefined
  /** The client identifier of this server at the upstream. */
  readonly clientId: string
  /** The secret that belongs to it; either this, or `privateKey`, or neither for a public client. */
  readonly clientSecret?: string | undefined
  /** A private key (JWK with `alg`, and `kid` where several are registered) for `private_key_jwt`. */
  readonly privateKey?: JWK | undefined
  /**
   * How the secret is sent.
   * @defaultValue in the body where the upstream's metadata lists that or there is none, else Basic
   */
  readonly clientSecretMethod?: 'client_secret_basic' | 'client_secret_post' | undefined
  /** Sent as `audience`, for upstreams whose access tokens need one (Auth0). @defaultValue none */
  readonly audience?: string | undefined
  /**
   * Further parameters of the authorization request, such as Okta's `idp` or Google's
   * `access_type`. Those that this server sets are refused.
   */
  readonly extraAuthorizeParams?: Readonly<Record<string, string>> | undefined
  /**
   * Parameters of the MCP client's own request that may be passed on, such as `login_hint`; all
   * others are dropped. `extraAuthorizeParams` win.
   * @defaultValue none
   */
  readonly forwardedParameters?: readonly string[] | undefined
  /**
   * Send `scopes` with every refresh too. Left out, they mean those that were granted (RFC 6749 §6),
   * except at Entra ID, where the scopes of an API of this very registration have to be repeated. A
   * scope that is added to the options later needs a new sign-in then.
   * @defaultValue `false`
   */
  readonly sendScopesOnRefresh?: boolean | undefined
  /** Which claims of the upstream become which of ours. @defaultValue email, name, roles, tenant_id */
  readonly claims?: ClaimNames | undefined
  /** Let the upstream be http on this machine, for development and tests. @defaultValue `false` */
  readonly allowInsecureLoopback?: boolean | undefined
  /** For a proxy or custom certificates. @defaultValue the platform's */
  readonly fetch?: Fetch | undefined
}

/** An upstream with OpenID Connect: Keycloak, Entra ID, Google, Okta, Auth0, Cognito, … */
export interface OidcUpstreamOptions extends CommonUpstreamOptions {
  readonly kind?: 'oidc' | undefined
  /** Exactly as its metadata states it, the trailing slash included. */
  readonly issuer: string
  /** `openid` is always asked for. @defaultValue `openid profile email` */
  readonly scopes?: readonly string[] | undefined
  /** Read the UserInfo endpoint too, for claims that the ID token lacks. @defaultValue `false` */
  readonly userInfo?: boolean | undefined
}

/** An upstream with OAuth 2.0 alone, whose API says who the user is: GitHub. */
export interface OAuthUpstreamOptions extends CommonUpstreamOptions {
  readonly kind: 'oauth'
  /** What identities are kept under, and the only `iss` that is accepted: `https://github.com`. */
  readonly issuer: string
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  /** Answers with JSON about the user whose access token it gets: `https://api.github.com/user`. */
  readonly userInfoEndpoint: string
  /** The claim that never changes for a user: text, or a whole number. @defaultValue `sub` */
  readonly subjectClaim?: string | undefined
  /** @defaultValue none */
  readonly scopes?: readonly string[] | undefined
}

/** Where users sign in. */
export type UpstreamOptions = OidcUpstreamOptions | OAuthUpstreamOptions
