/** What an authorization needs to be finished with; kept on the server between redirect and callback. */
export interface AuthorizationAttempt {
  /** Issuer of the server when the user was sent there. */
  readonly issuer: string
  readonly redirectUri: string
  /** Random, 43 characters. Whoever stores it stores its hash. */
  readonly state: string
  /** `undefined` for plain OAuth 2.0, which has no ID token to find it in. */
  readonly nonce: string | undefined
  /** `undefined` where the server knows no PKCE; `state` then holds by itself (RFC 9700 §4.7). */
  readonly codeVerifier: string | undefined
  /** The scopes that were asked for. */
  readonly scopes: readonly string[]
}
