import type { JWK } from 'jose'
import type { KeyRing } from '../../keys/index.ts'
import type { UpstreamOptions } from '../../oauth-client/index.ts'
import type { AuditSink } from '../../observability/index.ts'
import type { Brand, PageTexts } from '../../pages/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import type { ClientsOptions } from '../clients/index.ts'
import type { IdentityAssertionOptions } from '../identity-assertions/options.ts'
import type { ServerLimitsOptions } from '../limits/index.ts'

/** A protected resource that tokens are issued for. */
export interface ResourceOptions {
  /** Every scope that a client can get for it. @defaultValue none */
  readonly scopes?: readonly string[] | undefined
  /**
   * The scopes of a request that names none (RFC 6749 §3.3).
   * @defaultValue all of them
   */
  readonly defaultScopes?: readonly string[] | undefined
  /**
   * The resource server's public key with `kid` and `alg`: its tokens are encrypted for it then, and
   * signed inside.
   * @defaultValue signed tokens
   */
  readonly encryption?: JWK | undefined
  /**
   * Refuse requests for its tokens without a proof by a key of the client, of every client and grant;
   * needs the option `dpop`. @defaultValue `false`
   */
  readonly dpopBoundAccessTokens?: boolean | undefined
}

/** What a scope allows. When it changes, users are asked again at the next refresh. */
export interface ScopeMeaning {
  /** In words for the user. */
  readonly description: string
  /** The tools that it opens; for the comparison alone. @defaultValue none */
  readonly tools?: readonly string[] | undefined
}

/** Somebody who can sign in at this server itself, for development. */
export interface EmbeddedUser {
  readonly username: string
  readonly password: string
  /** Further claims of the tokens. @defaultValue none */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

/**
 * One of several identity providers, and which users are sent there. At least one of `emailDomains`,
 * `resourceHosts` and `label`.
 */
export interface UpstreamRealmOptions {
  /** Its `name`, which the callback ends with, is another one than that of every other upstream. */
  readonly upstream: UpstreamOptions
  /**
   * Whose e-mail address ends so, in a `login_hint` of the client or on the page that asks for it,
   * signs in here. Exact: a subdomain is another domain. No other upstream is believed such an
   * address: it is left out of the claims of who signs in there.
   * @defaultValue none
   */
  readonly emailDomains?: readonly string[] | undefined
  /**
   * Hosts of `resources`, with their port where they have one. Whoever wants a token for one of them
   * signs in here, whatever the client hints; a sign-in at another upstream does not count for it.
   * @defaultValue none
   */
  readonly resourceHosts?: readonly string[] | undefined
  /**
   * What users who choose by themselves know it by, such as `Acme staff`; at most 80 characters.
   * @defaultValue it is not offered
   */
  readonly label?: string | undefined
}

/** The rings that this server signs with. No key is derived from a secret of the upstream. */
export interface AuthorizationServerKeys {
  /** For access tokens and ID tokens; its public keys are published. */
  readonly signing: KeyRing
  /** For cookies and forms. */
  readonly cookies: KeyRing
}

/** How long things live, in seconds. */
export interface LifetimeOptions {
  /** Access tokens, 60 to 86,400. @defaultValue 600 */
  readonly accessTokenSeconds?: number | undefined
  /** Authorization codes, 10 to 600. @defaultValue 60 */
  readonly authorizationCodeSeconds?: number | undefined
  /** From a sign-in to the end of its last refresh token, up to 31,536,000. @defaultValue 7776000 (90 days) */
  readonly refreshAbsoluteSeconds?: number | undefined
  /** A refresh token that is not used, up to the absolute limit. @defaultValue 2592000 (30 days) */
  readonly refreshIdleSeconds?: number | undefined
  /** How long the direct predecessor of a refresh token gets the same answer again, 0 to 300. @defaultValue 30 */
  readonly refreshGraceSeconds?: number | undefined
  /** The browser's session, from the sign-in on, 60 to 86,400. It also ends with the browser. @defaultValue 28800 (8 hours) */
  readonly sessionSeconds?: number | undefined
  /** From the authorization request to its answer, 60 to 7,200. @defaultValue 1800 */
  readonly interactionSeconds?: number | undefined
}

/** When users are asked. */
export interface ConsentOptions {
  /**
   * Offer to remember the answer: it then skips the page for the same user, client, redirect URI
   * and resource, and no more scopes. It is never offered for redirects to the user's own machine,
   * where any program can listen.
   * @defaultValue true
   */
  readonly remember?: boolean | undefined
  /**
   * `'never'` shows no page: whoever makes a link can then sign a user in to a client of theirs,
   * with a user's account. It needs `iOwnConsentElsewhere`.
   * @defaultValue `'always'`
   */
  readonly page?: 'always' | 'never' | undefined
  /** States that every client has been approved by somebody before. @defaultValue false */
  readonly iOwnConsentElsewhere?: boolean | undefined
}

/**
 * How tokens are bound to a key of the client (DPoP, RFC 9449). Access tokens of a request with a
 * proof are, whoever asks; so are refresh tokens of public clients, and codes by `dpop_jkt`.
 */
export interface BoundTokenOptions {
  /** Refuse token requests without a proof, of every client. @defaultValue false */
  readonly required?: boolean
  /**
   * At least 32 bytes, the same for all replicas: every proof then has to carry a nonce that this
   * server has given out within the last few minutes (RFC 9449 §8). Clients need one more request
   * for their first. @defaultValue proofs need no nonce
   */
  readonly nonceSecret?: string | Uint8Array
}

/** Options of `createAuthorizationServer`. */
export interface CreateAuthorizationServerOptions extends ClientsOptions {
  /**
   * Issuer identifier, as clients will be given it, character by character: the trailing slash
   * counts. It is the only source of public URLs; `Host` and `X-Forwarded-*` never are. Its path is
   * where the server is mounted.
   */
  readonly issuer: string
  /**
   * The protected resources: identifiers, or identifier → its scopes. A request without `resource`
   * is for the only one; where there are several it is refused with `invalid_target`.
   */
  readonly resources:
    | readonly string[]
    | Readonly<Record<string, readonly string[] | ResourceOptions>>
  /**
   * Scope → what it allows, in words for the user. Where that is changed, the next refresh is refused
   * and the page is shown again, whether or not an answer was remembered.
   * @defaultValue the scope itself
   */
  readonly scopes?: Readonly<Record<string, string | ScopeMeaning>> | undefined
  /** Where users sign in. This, or `upstreams`, or `users`. */
  readonly upstream?: UpstreamOptions | undefined
  /**
   * Several places where users sign in. After the consent the host of the resource decides for one of
   * them, else the domain of `login_hint`, else the user on a page.
   */
  readonly upstreams?: readonly UpstreamRealmOptions[] | undefined
  /** Who can sign in, instead of an upstream. Only for issuers on a loopback address. */
  readonly users?: readonly EmbeddedUser[] | undefined
  /**
   * Holds all state: several processes share one. One that outlives the process has to be what
   * `sealed` has made of it, and is refused otherwise.
   */
  readonly storage: Storage
  readonly keys: AuthorizationServerKeys
  readonly lifetimes?: LifetimeOptions | undefined
  /**
   * Tokens that are bound to a key of the client, for those that send proofs. The resource server
   * needs its own `dpop` to take them.
   * @defaultValue off: every token is a bearer token, and proofs are ignored
   */
  readonly dpop?: BoundTokenOptions
  /**
   * Identity providers whose assertions (ID-JAG) let their users in without a page:
   * enterprise-managed authorization. Left out: none.
   */
  readonly identityAssertions?: IdentityAssertionOptions
  readonly consent?: ConsentOptions | undefined
  /**
   * How much this server answers; past it 429, as JSON or as a page.
   * @defaultValue only registrations and metadata documents are limited, each process for itself
   */
  readonly limits?: ServerLimitsOptions
  /**
   * Asked at every request but those for metadata and public keys: `true` answers it 403, `access_denied`,
   * which clients keep their tokens on. A failure is answered 503. It does NOT end access tokens: resource
   * servers have `isRevoked`.
   * @defaultValue never suspended
   */
  readonly isSuspended?: () => boolean | Promise<boolean>
  /** How the pages look. @defaultValue the name is the host of the issuer */
  readonly brand?: Brand | undefined
  /** Texts of the pages in another language or in other words. @defaultValue English */
  readonly texts?: Partial<PageTexts> | undefined
  /** How many reverse proxies stand in front, 0 to 16, for the client's address. @defaultValue 0 */
  readonly trustedProxyHops?: number | undefined
  /** Allow an http issuer and http resources on loopback addresses. For development. @defaultValue false */
  readonly allowInsecureLoopback?: boolean | undefined
  /** Receives what happens. @defaultValue warnings go to the console */
  readonly onEvent?: AuditSink | undefined
  /**
   * Refuse consent and tokens (503) while `onEvent` rejects, or takes longer than two seconds: what
   * cannot be recorded does not happen. The event whose delivery failed is about what still did.
   * @defaultValue `false`
   */
  readonly auditRequired?: boolean | undefined
  /** For tests. @defaultValue the system's clock */
  readonly clock?: Clock | undefined
}
