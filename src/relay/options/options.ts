import type { KeyRing } from '../../keys/index.ts'
import type { LimitStore, Rate } from '../../limits/index.ts'
import type { OidcUpstreamOptions } from '../../oauth-client/index.ts'
import type { AuditSink } from '../../observability/index.ts'
import type { Brand, PageTexts } from '../../pages/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'

/**
 * What access tokens of the upstream are like: an entry of `authorizationServers` of
 * `createResourceServer`, such as `auth0.issuer({ … })` of `mcp-gatehouse/providers` makes it. These
 * fields are read here, all others are handed on.
 */
export interface RelayedTokens {
  /** The upstream's issuer identifier, the same as in `upstream`. */
  readonly issuer: string
  /** What `iss` of its tokens says. @defaultValue `issuer` */
  readonly tokenIssuer?: string
  /** Accepted values of `aud`, beside the resource. @defaultValue none */
  readonly audience?: string | readonly string[]
  /** Clients whose tokens have no `aud` and are accepted all the same (Cognito). @defaultValue none */
  readonly clientsWithoutAudience?: readonly string[]
  /** @defaultValue OpenID Connect's place below `issuer` */
  readonly metadataUrl?: string
  readonly transformMetadata?: (
    document: Readonly<Record<string, unknown>>,
  ) => Readonly<Record<string, unknown>>
}

/** A client that is known beforehand. It is a public one: it has no secret. */
export interface RelayClientOptions {
  /** 1 to 200 printable ASCII characters. */
  readonly clientId: string
  /** What users are told. @defaultValue none */
  readonly clientName?: string
  /**
   * Where codes for it may go, exactly. On a loopback address the port may be another one (RFC 8252
   * §7.3), unless `fixedPort` says otherwise.
   */
  readonly redirectUris: readonly string[]
  /** Compare ports of loopback redirect URIs too: `mcp-remote` with a port of its own. @defaultValue false */
  readonly fixedPort?: boolean
}

/** How much a relay answers one address, an IPv4 one or an IPv6 /64. `{}` is enough. */
export interface RelayLimitsOptions {
  /** Where all limits are counted: `redisLimits`, `postgresLimits`. @defaultValue in memory */
  readonly store?: LimitStore
  /** Authorization requests, their forms, callbacks. @defaultValue `'120/minute'` */
  readonly pagesPerAddress?: Rate
  /** Requests to token and revocation endpoint. @defaultValue `'300/minute'` */
  readonly tokenRequestsPerAddress?: Rate
  /** What part of each limit one process allows while the store is away, 1 to 100. @defaultValue 25 */
  readonly outagePercent?: number
}

/** Options of `createRelay`. */
export interface CreateRelayOptions<Tokens extends RelayedTokens = RelayedTokens> {
  /**
   * Issuer identifier, as clients will be given it: the only source of public URLs. Its path is where
   * the relay is mounted. It is NOT the `iss` of the tokens, which are the upstream's.
   */
  readonly issuer: string
  /** The only protected resource that tokens are for. */
  readonly resource: string
  /** Where users sign in, and whose tokens clients get. It has to have OpenID Connect. */
  readonly upstream: OidcUpstreamOptions
  readonly tokens: Tokens
  /**
   * What puts our audience into the tokens, where the options do not show it: `'resource'`, the
   * parameter of RFC 8707, which is then sent to the token endpoint too; `'provider'`, its own
   * configuration, such as an audience mapper of Keycloak.
   * @defaultValue `upstream.audience`, or a client that `tokens` accept; refused where there is neither
   */
  readonly audienceFrom?: 'resource' | 'provider'
  /**
   * Pass `resource` on in the authorization request. Entra ID refuses it beside scopes.
   * @defaultValue true
   */
  readonly sendResource?: boolean
  /**
   * The scopes that a client can ask for, as the upstream calls them, with what they allow in words.
   * Others are left out of a request.
   */
  readonly scopes: readonly string[] | Readonly<Record<string, string>>
  /** The scopes of a request that names none of them. @defaultValue all of them */
  readonly defaultScopes?: readonly string[]
  /** @defaultValue none */
  readonly clients?: readonly RelayClientOptions[]
  /**
   * Who may register (RFC 7591): `open` for everybody, `loopback` for clients on the user's machine,
   * `off` for nobody.
   * @defaultValue `'open'`
   */
  readonly registration?: 'open' | 'loopback' | 'off'
  /** How many registrations an address may make in an hour, 1 to 100,000. @defaultValue 30 */
  readonly registrationsPerHour?: number
  /** @defaultValue registrations alone are limited */
  readonly limits?: RelayLimitsOptions
  /** Private-use schemes of redirect URIs, such as `cursor` (RFC 8252 §7.1). @defaultValue none */
  readonly privateUseSchemes?: readonly string[]
  /**
   * A metadata document of your own, published as it is. Its `issuer` has to be this one, and clients
   * have to be able to sign in with it. @defaultValue the upstream's, with our endpoints
   */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Several processes share one. One that outlives the process has to be `sealed`. */
  readonly storage: Storage
  /** `cookies` signs forms. */
  readonly keys: { readonly cookies: KeyRing }
  /** How the pages look. @defaultValue the name is the host of the issuer */
  readonly brand?: Brand
  /** @defaultValue English */
  readonly texts?: Partial<PageTexts>
  /** How many reverse proxies stand in front, 0 to 16. @defaultValue 0 */
  readonly trustedProxyHops?: number
  /** Allow http on loopback addresses, for development. @defaultValue false */
  readonly allowInsecureLoopback?: boolean
  /** @defaultValue warnings go to the console */
  readonly onEvent?: AuditSink
  /** For tests. @defaultValue the system's */
  readonly clock?: Clock
}
