import type { JWK } from 'jose'
import type { Fetch } from '../http/index.ts'
import type { ExchangeStyle } from '../oauth-client/index.ts'
import type { Principal } from '../principal/index.ts'
import type { ServiceProfile } from '../providers/index.ts'

/** What OAuth services with and without a profile have. */
interface CommonOAuthServiceOptions {
  /** What people call it. @defaultValue that of the profile */
  readonly title?: string | undefined
  /** The client identifier of this server at the service. */
  readonly clientId: string
  /** The secret that belongs to it; either this, or `privateKey`, or neither for a public client. */
  readonly clientSecret?: string | undefined
  /** A private key (JWK with `alg`, and `kid` where several are registered) for `private_key_jwt`. */
  readonly privateKey?: JWK | undefined
  /** How the secret is sent. @defaultValue as the profile or the metadata says, else Basic */
  readonly clientSecretMethod?: 'client_secret_basic' | 'client_secret_post' | undefined
  /** What is asked for, beside what the profile needs for refresh tokens and the account's name. */
  readonly scopes?: readonly string[] | undefined
  /** Scope → what it allows, in words for the user. @defaultValue the scope itself */
  readonly scopeTexts?: Readonly<Record<string, string>> | undefined
  /** Further parameters of the authorization request. Those that this server sets are refused. */
  readonly extraAuthorizeParams?: Readonly<Record<string, string>> | undefined
  /** Further origins that the token may be sent to. @defaultValue those of the profile alone */
  readonly apiOrigins?: readonly string[] | undefined
  /** Header fields of every request of `credential.fetch`. @defaultValue those of the profile */
  readonly apiHeaders?: Readonly<Record<string, string>> | undefined
  /** Let the service be http on this machine, for development and tests. @defaultValue `false` */
  readonly allowInsecureLoopback?: boolean | undefined
  /** For a proxy or custom certificates. @defaultValue the platform's */
  readonly fetch?: Fetch | undefined
}

/** A service that `services` of `mcp-gatehouse/providers` has a profile of. */
export interface ProfiledOAuthServiceOptions extends CommonOAuthServiceOptions {
  readonly profile: ServiceProfile
  /** What stands between `<` and `>` in the addresses of the profile: `{ base: 'https://ghe…' }`. */
  readonly placeholders?: Readonly<Record<string, string>> | undefined
}

/** A service without a profile: by its metadata, or by its endpoints. */
export interface GenericOAuthServiceOptions extends CommonOAuthServiceOptions {
  readonly title: string
  /** Its issuer, whose metadata names what is not given here. This, or the endpoints. */
  readonly issuer?: string | undefined
  readonly authorizationEndpoint?: string | undefined
  readonly tokenEndpoint?: string | undefined
  /** RFC 7009. @defaultValue that of the metadata; without one disconnecting is local */
  readonly revocationEndpoint?: string | undefined
  /**
   * Answers with JSON about the user whose access token it gets.
   * @defaultValue that of the metadata; without one the account has no name
   */
  readonly userInfoEndpoint?: string | undefined
  /** Path with dots to what never changes about the account. @defaultValue `sub` */
  readonly accountId?: string | undefined
  /** Path with dots to what people call it. @defaultValue `name` */
  readonly accountName?: string | undefined
  /** @defaultValue `S256`; `none` is for services that refuse the parameters */
  readonly pkce?: 'S256' | 'none' | undefined
  /** Origins that the token may be sent to. */
  readonly apiOrigins: readonly string[]
}

export type OAuthServiceOptions = ProfiledOAuthServiceOptions | GenericOAuthServiceOptions

/** One field of the form of a service. */
export interface SecretField {
  readonly label: string
  /** @defaultValue `password` */
  readonly type?: 'string' | 'password' | 'url' | 'textarea' | 'select' | undefined
  /** Plain text below the field. @defaultValue none */
  readonly hint?: string | undefined
  /** @defaultValue `true` */
  readonly required?: boolean | undefined
  /** What can be chosen, for `select`: value → text. */
  readonly options?: Readonly<Record<string, string>> | undefined
  /** What the whole value has to match, with the flag `v`. @defaultValue anything */
  readonly pattern?: string | undefined
}

/** What {@link SecretServiceOptions.verify} found out. */
export type SecretVerdict =
  | {
      readonly account: {
        /** What never changes about the account. */
        readonly id: string
        /** What people call it. */
        readonly name: string
      }
    }
  /** Field → what is wrong with it, in words for the user; never the value. */
  | { readonly errors: Readonly<Record<string, string>> }

/** A service whose credential users type in: an API key, a personal access token. */
export interface SecretServiceOptions {
  readonly title: string
  /** By the name that `credential.fields` has: 1 to 40 of letters, digits and `_`. */
  readonly fields: Readonly<Record<string, SecretField>>
  /** Markdown above the form: where users find the credential. @defaultValue none */
  readonly guide?: string | undefined
  /**
   * Tries the credential at the service before it is stored. What it throws means that the service
   * cannot be asked now: nothing is stored, and the user is told to try later.
   * @defaultValue every value is believed
   */
  readonly verify?:
    | ((
        fields: Readonly<Record<string, string>>,
        context: { readonly signal: AbortSignal },
      ) => SecretVerdict | Promise<SecretVerdict>)
    | undefined
  /** Origins that `credential.fetch` may ask. @defaultValue none: only `fields` */
  readonly apiOrigins?: readonly string[] | undefined
  /**
   * Header fields of every request of `credential.fetch`, made of the values:
   * `({ token }) => ({ authorization: 'Bearer ' + token })`.
   */
  readonly authorize?:
    | ((fields: Readonly<Record<string, string>>) => Readonly<Record<string, string>>)
    | undefined
  /** Let `apiOrigins` be http on this machine. @defaultValue `false` */
  readonly allowInsecureLoopback?: boolean | undefined
  /** @defaultValue the platform's */
  readonly fetch?: Fetch | undefined
}

/** A service whose access tokens the identity provider gives for a token of the user there. */
export interface ExchangeServiceOptions {
  readonly title: string
  /** The identity provider, as its metadata names itself. */
  readonly issuer: string
  /** The client identifier of this server there; it has to be allowed to exchange tokens. */
  readonly clientId: string
  /** The secret that belongs to it; either this, or `privateKey`. */
  readonly clientSecret?: string | undefined
  /** A private key (JWK with `alg`, and `kid` where several are registered) for `private_key_jwt`. */
  readonly privateKey?: JWK | undefined
  /** How the secret is sent. @defaultValue as the metadata says, else Basic */
  readonly clientSecretMethod?: 'client_secret_basic' | 'client_secret_post' | undefined
  /**
   * `token-exchange` is RFC 8693; `on-behalf-of` is what Entra ID has instead, where `scopes` say who
   * the token is for. @defaultValue `token-exchange`
   */
  readonly style?: ExchangeStyle | undefined
  /** Who the token is for, as the provider names it (RFC 8693 §2.1). Not for `on-behalf-of`. */
  readonly audience?: string | undefined
  /** The same as a URL (RFC 8707). Not for `on-behalf-of`. */
  readonly resource?: string | undefined
  /** @defaultValue as the provider decides; needed for `on-behalf-of` */
  readonly scopes?: readonly string[] | undefined
  /**
   * An access token of this user at the provider, for this client. It is called for every use of the
   * credential. What it throws is what the tool throws.
   *
   * @defaultValue `upstreamToken` of an authorization server that is the `identity`, for users of its
   *   tokens; else the access token of the request, where the provider has issued it
   */
  readonly subjectToken?: ((principal: Principal<unknown>) => Promise<string>) | undefined
  /** Origins that the token may be sent to. */
  readonly apiOrigins: readonly string[]
  /** Header fields of every request of `credential.fetch`. @defaultValue none */
  readonly apiHeaders?: Readonly<Record<string, string>> | undefined
  /** Let provider and `apiOrigins` be http on this machine. @defaultValue `false` */
  readonly allowInsecureLoopback?: boolean | undefined
  /** For a proxy or custom certificates. @defaultValue the platform's */
  readonly fetch?: Fetch | undefined
}

/** What `exchangeService` makes. */
export interface ExchangeServiceDefinition {
  readonly kind: 'exchange'
  readonly options: ExchangeServiceOptions
}

/** What `oauthService` makes: options that `createConnections` checks under the service's name. */
export interface OAuthServiceDefinition {
  readonly kind: 'oauth'
  readonly options: OAuthServiceOptions
}

/** What `secretService` makes. */
export interface SecretServiceDefinition {
  readonly kind: 'secret'
  readonly options: SecretServiceOptions
}

/** A service of `createConnections`. */
export type ServiceDefinition =
  | ExchangeServiceDefinition
  | OAuthServiceDefinition
  | SecretServiceDefinition
