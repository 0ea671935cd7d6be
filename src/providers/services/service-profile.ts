import type { Fact } from '../profile.ts'

/** A value and where it is documented; or the cautious assumption, and why it is one. */
export type Known<Value> =
  | { readonly value: Value; readonly source: string }
  | { readonly value: Value; readonly unconfirmed: string }

/** What stands between `<` and `>` in an address of a service. */
export interface Placeholder {
  readonly text: string
  /** What to fill in unless told otherwise; without it, there is no address without being told. */
  readonly value?: string
}

/** How scopes are written, in the authorization request and in the token response. */
export interface ScopeSyntax {
  readonly request: ' ' | ','
  readonly granted: ' ' | ','
}

/** How the token endpoint wants its requests, beyond the parameters of RFC 6749. */
export interface TokenRequest {
  readonly authentication: 'client_secret_basic' | 'client_secret_post'
  readonly body: 'form' | 'json'
  readonly headers: Readonly<Record<string, string>>
}

/**
 * How the token endpoint says no: with a status of 400 and more and `error` (RFC 6749 §5.2), with
 * `error` and the status 200, or with `ok: false` and `error`, whatever the status.
 */
export type TokenErrorForm = 'status' | 'error' | 'ok'

/** What refresh tokens of a service are like. */
export interface RefreshBehaviour {
  /** Whether they come, with the scopes and parameters of the profile; `option`: see `notes`. */
  readonly issued: Known<'always' | 'option' | 'never'>
  /** Scopes to ask for, so that they come. */
  readonly scopes: readonly string[]
  /** Whether each refresh brings a new one, which has to be kept before the answer is used. */
  readonly rotates: Known<boolean>
  /** What becomes of one that was used and replaced; `grace`: it works for a while. */
  readonly reuse: Known<'accepted' | 'grace' | 'refused'>
  /** Lifetime of an access token; `undefined`: as the token response says. */
  readonly accessTokenSeconds: Known<number | undefined>
  /** After so many days without a refresh the user has to connect again; `undefined`: never. */
  readonly idleDays: Known<number | undefined>
  readonly notes: readonly Fact[]
}

/** The request that ends a connection at the service. */
export interface RevocationRequest {
  readonly method: 'POST' | 'DELETE'
  readonly endpoint: string
  /** `client`: as at the token endpoint; `bearer`: with the token that is to end. */
  readonly authentication: 'client' | 'client_secret_basic' | 'bearer' | 'none'
  readonly body: 'form' | 'json' | 'none'
  /** Which tokens have to end, each with a request of its own. */
  readonly tokens: readonly ('access_token' | 'refresh_token')[]
  /** The name of the token in the body. */
  readonly parameter: 'token' | 'access_token' | 'refresh_token' | undefined
  /** `grant`: the user's consent and every token of it; `token`: that token alone. */
  readonly ends: 'grant' | 'token'
}

/** The request that tells whose account was connected. */
export interface IdentityRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  /** JSON. */
  readonly body: string | undefined
  readonly scopes: readonly string[]
  /** Path with dots to what never changes about the account. */
  readonly subject: string
  /** Path with dots to what people call it. */
  readonly name: string
}

/**
 * What is known about a service whose API tools call with the user's own account. It has no code and
 * sends nothing; every text is Markdown.
 */
export interface ServiceProfile {
  /** Name of its page and of its file: 1 to 40 of a-z, 0-9 and `-`. */
  readonly id: string
  readonly title: string
  /** By the name in the addresses. `<clientId>` stands for the client identifier everywhere. */
  readonly placeholders: Readonly<Record<string, Placeholder>>
  readonly authorizationEndpoint: Known<string>
  /** What the authorization request needs beyond the parameters of RFC 6749 and RFC 7636. */
  readonly authorizationParameters: Known<Readonly<Record<string, string>>>
  /** Further ones, and what for. */
  readonly optionalParameters: Readonly<Record<string, Fact>>
  readonly scopes: Known<ScopeSyntax | 'none'>
  readonly pkce: Known<'S256' | 'none'>
  readonly tokenEndpoint: Known<string>
  readonly tokenRequest: Known<TokenRequest>
  readonly tokenErrors: Known<TokenErrorForm>
  /** Values of `error` after a refresh that only the user can mend, by connecting again. */
  readonly reconnectErrors: Known<readonly string[]>
  readonly refresh: RefreshBehaviour
  readonly revocation: Known<RevocationRequest | 'none'>
  readonly identity: Known<IdentityRequest>
  /** Origins that the user's token may be sent to; of an address with a path, its origin. */
  readonly apiOrigins: readonly Known<string>[]
  /** What every request to the API has to carry beside the token. */
  readonly apiHeaders: Known<Readonly<Record<string, string>>>
  readonly traps: readonly Fact[]
  /** How to register a client there, in five steps. */
  readonly steps: readonly [string, string, string, string, string]
  /** What else could not be confirmed. */
  readonly unconfirmed: readonly string[]
  /** Whether `test/providers/` has an emulator that the profile is checked against. */
  readonly emulated: boolean
}
