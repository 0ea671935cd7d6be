import type { JWK } from 'jose'
import type { Fetch } from '../http/index.ts'
import type { MapClaims } from '../principal/index.ts'
import type { ScopeMap } from './map-scopes.ts'
import type { ProviderProfile } from './profile.ts'

/** What users sign in with at any provider: the client that was registered there. */
export interface SignInOptions {
  readonly clientId: string
  readonly clientSecret?: string | undefined
  readonly privateKey?: JWK | undefined
  /** Last segment of the callback, `/callback/<name>`. @defaultValue the name of the function, in kebab-case */
  readonly name?: string
  /** @defaultValue what the provider needs for a name and an address */
  readonly scopes?: readonly string[]
  /** Which claims become which of ours. @defaultValue what the provider is known to send */
  readonly claims?: Readonly<Record<string, string | readonly string[]>>
  readonly extraAuthorizeParams?: Readonly<Record<string, string>>
  readonly forwardedParameters?: readonly string[]
  /** Send the scopes with a refresh too. @defaultValue false */
  readonly sendScopesOnRefresh?: boolean
  readonly allowInsecureLoopback?: boolean
  readonly fetch?: Fetch
}

/** Sign-in at a provider with OpenID Connect: `upstream` of `createAuthorizationServer`. */
export interface OidcSignIn extends SignInOptions {
  readonly kind?: 'oidc'
  readonly issuer: string
  readonly userInfo?: boolean
  readonly audience?: string
  readonly sendScopesOnRefresh?: boolean
}

/** Sign-in at a provider with OAuth 2.0 alone: `upstream` of `createAuthorizationServer`. */
export interface OAuthSignIn extends SignInOptions {
  readonly kind: 'oauth'
  readonly issuer: string
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  readonly userInfoEndpoint: string
  readonly subjectClaim?: string
}

/** What the tokens of any provider can be asked for. */
export interface TokenOptions {
  /** Further accepted values of `aud`, exactly. @defaultValue what the provider is known to write */
  readonly audience?: string | readonly string[]
  /** Scopes of your policy that the provider calls otherwise; see `mapScopes`. */
  readonly scopes?: ScopeMap
  readonly requireAtJwt?: boolean
  readonly algorithms?: readonly string[]
  readonly metadataUrl?: string
  readonly jwksUri?: string
}

/** Tokens of a provider: an entry of `authorizationServers` of `createResourceServer`. */
export interface AcceptedTokens extends Omit<TokenOptions, 'scopes'> {
  readonly issuer: string
  readonly tokenIssuer?: string
  readonly otherAudiences?: readonly string[]
  readonly clientsWithoutAudience?: readonly string[]
  readonly mapClaims: MapClaims
  readonly requestScopes: (scopes: readonly string[]) => readonly string[]
}

/** A provider that users can sign in at. */
export interface SignInProvider<Options, SignIn = OidcSignIn> {
  /** Builds the `upstream` of `createAuthorizationServer`. */
  (options: Options): SignIn
  readonly profile: ProviderProfile
}

/** A provider whose access tokens a resource server can accept, too. */
export interface Provider<Options, Tokens> extends SignInProvider<Options> {
  /** Builds an entry of `authorizationServers` of `createResourceServer`. */
  issuer(options: Tokens): AcceptedTokens
}

/** Puts a provider together. */
export function defineProvider<Options, Tokens>(
  profile: ProviderProfile,
  roles: {
    readonly signIn: (options: Options) => OidcSignIn
    readonly tokens: (options: Tokens) => AcceptedTokens
  },
): Provider<Options, Tokens> {
  const signIn = (options: Options): OidcSignIn => roles.signIn(options)
  return Object.assign(signIn, { profile, issuer: roles.tokens })
}

/** Puts a provider together whose access tokens are for itself alone. */
export function defineSignIn<Options, SignIn>(
  profile: ProviderProfile,
  signIn: (options: Options) => SignIn,
): SignInProvider<Options, SignIn> {
  return Object.assign((options: Options): SignIn => signIn(options), { profile })
}
