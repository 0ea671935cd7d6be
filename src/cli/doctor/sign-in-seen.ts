import type { Seen } from './seen.ts'

/** The tokens of one sign-in, as far as a check needs them; never the tokens themselves. */
export interface TokenFacts {
  readonly expiresIn: number | undefined
  readonly scope: string | undefined
  /** The audience of a JWT; `undefined` of an opaque token. */
  readonly audience: readonly string[] | undefined
  readonly hasRefreshToken: boolean
}

/** What `--sign-in` has seen. */
export interface SignInSeen {
  /** Why there is no token. */
  readonly failure: string | undefined
  /** `iss` of the authorization response. */
  readonly responseIssuer: string | undefined
  readonly token: TokenFacts | undefined
  /** With the token: `initialize`, and `server/discover` of 2026-07-28. */
  readonly call: Seen | undefined
  readonly discover: Seen | undefined
  /** With the token, then without it, in the same session. */
  readonly session: Seen | undefined
  readonly list: Seen | undefined
  /** The signature changed. */
  readonly altered: Seen | undefined
  readonly inQuery: Seen | undefined
  readonly batch: Seen | undefined
  /** `Mcp-Method` says something else than the body. */
  readonly mismatch: Seen | undefined
  /** A token that was asked for another resource, or why there was none. */
  readonly otherAudience: Seen | string | undefined
  /** After its lifetime, or why that was not waited for. */
  readonly expired: Seen | string
  /** The call of `--call`. */
  readonly stepUp: Seen | undefined
  /** Whether a refresh gave another refresh token; a text where it failed. */
  readonly rotated: boolean | string | undefined
}
