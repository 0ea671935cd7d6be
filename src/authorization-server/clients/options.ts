import type { GuardedFetchOptions } from '../../outbound/index.ts'
import type { ClientChange } from './client-documents.ts'
import type { ClientAuthMethod, PublicKeys } from './client-metadata.ts'

/** Which clients get in. */
export interface ClientsOptions {
  /**
   * Clients that are known beforehand.
   * @defaultValue none
   */
  readonly clients?: readonly StaticClientOptions[] | undefined
  /**
   * Dynamic client registration (RFC 7591): `open` for everybody, `loopback` for clients on the
   * user's machine, `token` for whoever has an initial access token, `off`, or with details.
   * @defaultValue `'open'`
   */
  readonly registration?: 'open' | 'loopback' | 'token' | 'off' | RegistrationOptions | undefined
  /**
   * Client ID metadata documents: `on`, `off`, or with details. Off, the metadata of this server does
   * not list them, so that clients register instead.
   * @defaultValue `'on'`
   */
  readonly clientIdMetadata?: 'on' | 'off' | ClientIdMetadataOptions | undefined
  /**
   * Private-use schemes that redirect URIs may have, such as `cursor` (RFC 8252 §7.1). Any app on a
   * user's machine can claim a scheme, so a code that is sent to one may reach another app.
   * @defaultValue none
   */
  readonly privateUseSchemes?: readonly string[] | undefined
  /**
   * How clients may authenticate themselves; what the metadata of this server lists.
   * @defaultValue all four
   */
  readonly clientAuthMethods?: readonly ClientAuthMethod[] | undefined
}

/** A client that is known beforehand. */
export interface StaticClientOptions {
  readonly clientId: string
  /** At least 32 characters. @defaultValue none: a public client, or one with keys */
  readonly clientSecret?: string | undefined
  /** What users are shown. @defaultValue the client id */
  readonly clientName?: string | undefined
  /** Only a client with `client_credentials` alone has none. */
  readonly redirectUris?: readonly string[] | undefined
  /** @defaultValue `client_secret_basic` with a secret, `private_key_jwt` with keys, else `none` */
  readonly authMethod?: ClientAuthMethod | undefined
  /**
   * Beside those with a user: `client_credentials`, for itself (RFC 6749 §4.4);
   * `urn:ietf:params:oauth:grant-type:token-exchange`, for users whose tokens it is given (RFC 8693);
   * with `identityAssertions`, `urn:ietf:params:oauth:grant-type:jwt-bearer`. They need a secret or
   * keys. @defaultValue `['authorization_code', 'refresh_token']`
   */
  readonly grantTypes?: readonly string[] | undefined
  /**
   * The most that it gets for itself or by an exchange: resource → scopes. With those two grants it
   * has to be there, and without them it must not: users decide about the others.
   */
  readonly scopes?: Readonly<Record<string, readonly string[]>> | undefined
  /**
   * For token exchange: the resources whose access tokens it may exchange, which are those that it
   * is itself. Tokens that were meant for somebody else are refused.
   */
  readonly subjectTokenAudiences?: readonly string[] | undefined
  /**
   * Refuse token requests of it without a proof by its key; needs the option `dpop`.
   * @defaultValue false
   */
  readonly dpopBoundAccessTokens?: boolean | undefined
  readonly jwks?: PublicKeys | undefined
  /** Read without the guard for strangers' URLs: it may be on an internal host. */
  readonly jwksUri?: string | undefined
}

/** A token that allows registrations (RFC 7591 §3), known by its hash. */
export interface InitialAccessTokenOptions {
  /** The SHA-256 of the token, as 64 characters of hex. */
  readonly sha256: string
  /** Seconds since the epoch. @defaultValue never */
  readonly expiresAt?: number | undefined
  /** Grant types beyond those with a user. @defaultValue none */
  readonly grantTypes?: readonly string[] | undefined
}

/** Details of dynamic client registration. */
export interface RegistrationOptions {
  /** `token`: only with an initial access token. @defaultValue `'open'` */
  readonly mode?: 'open' | 'loopback' | 'token' | undefined
  /**
   * Tokens that allow a registration where `mode` is `token`, beside those that
   * `authorizationServer.initialAccessTokens` issues.
   * @defaultValue none
   */
  readonly initialAccessTokens?: readonly InitialAccessTokenOptions[] | undefined
  /**
   * Registrations of one address in an hour (its /64 for IPv6), per process, or of all that share
   * `limits.store`. @defaultValue 30
   */
  readonly maxPerHour?: number | undefined
  /** Clients that have registered themselves, at most. @defaultValue 10000 */
  readonly maxClients?: number | undefined
  /** How long a client is kept that never gets a token. @defaultValue 86400 (1 day) */
  readonly unusedSeconds?: number | undefined
  /** How long a client is kept after its last token. @defaultValue 7776000 (90 days) */
  readonly ttlSeconds?: number | undefined
}

/** Details of client ID metadata documents. */
export interface ClientIdMetadataOptions {
  /**
   * Domains whose documents are trusted: `app.example.com`, or `*.example.com` for all names below.
   * @defaultValue all
   */
  readonly trustedDomains?: readonly string[] | undefined
  /**
   * How documents and the keys of clients are fetched: limits, ports, proxy, certificates.
   * `allowInsecureLoopback` is for development: with it, documents may be on this machine.
   */
  readonly fetch?: GuardedFetchOptions | undefined
  /** The least that a document is kept, whatever its headers say. @defaultValue 60 */
  readonly minCacheSeconds?: number | undefined
  /** The most. @defaultValue 86400 */
  readonly maxCacheSeconds?: number | undefined
  /**
   * Told when the document of a client is not what it was, before the client is used again; it may
   * revoke what was granted. Where it fails, so does the request, and it is told again.
   */
  readonly onChange?: ((change: ClientChange) => void | Promise<void>) | undefined
}
