import type { UserClaims } from './user-claims.ts'

/** What a sign-in needs to be finished with; kept on the server between redirect and callback. */
export interface UpstreamAttempt {
  /** Name of the upstream that the user was sent to: its callback is the only one that may finish. */
  readonly upstream: string
  /** Issuer of that upstream when the user was sent there. */
  readonly issuer: string
  readonly redirectUri: string
  /** Random, 43 characters. Whoever stores it stores its hash. */
  readonly state: string
  /** `undefined` for plain OAuth 2.0, which has no ID token to find it in. */
  readonly nonce: string | undefined
  readonly codeVerifier: string
  /** The scopes that were asked for. */
  readonly scopes: readonly string[]
}

/** The upstream's tokens, checked and clamped. They stay on this server. */
export interface UpstreamTokens {
  readonly accessToken: string
  readonly refreshToken: string | undefined
  /** What was granted; the scopes asked for where the answer states none (RFC 6749 §5.1). */
  readonly scopes: readonly string[]
  /** Seconds that the access token lives; `undefined` where the upstream does not say. */
  readonly expiresInSeconds: number | undefined
}

/** Somebody who has signed in at the upstream. */
export interface UpstreamIdentity {
  /** The issuer of this identity: with `subject` it identifies the user for ever. */
  readonly issuer: string
  readonly subject: string
  readonly claims: UserClaims
  readonly tokens: UpstreamTokens
}

/** Why a callback or an answer of the upstream was refused; for the log, never for a page. */
export type UpstreamRefusal =
  /** The callback lacks `code`, or `code` or `error` is there twice or besides each other. */
  | 'parameters'
  /** `code` is empty, longer than 8 KiB, or has characters that no code has. */
  | 'code_malformed'
  /** The callback is about another sign-in. */
  | 'state'
  /** `iss` is missing where the upstream says that it sends it (RFC 9207 §2.4). */
  | 'iss_missing'
  | 'iss'
  /** The sign-in was begun at another upstream, issuer or redirect URI. */
  | 'other_upstream'
  /** The upstream answered with an error that no RFC defines. */
  | 'error'
  /** The upstream does not accept the code, or the refresh token: `invalid_grant`. */
  | 'grant'
  /** The answer of the token endpoint is a redirect, too large, no JSON, or lacks what it must have. */
  | 'token_response'
  /** Signature, issuer, audience, nonce, expiry or hash of the ID token (OIDC Core §3.1.3.7). */
  | 'id_token'
  | 'userinfo'
  /** No usable subject. */
  | 'subject'

/** Why something did not work at the upstream. */
export type UpstreamFailure =
  /** The user or the upstream said no. */
  | { readonly kind: 'denied' }
  /** The upstream refuses this server or its request: an operator has to look. */
  | { readonly kind: 'misconfigured'; readonly error: string }
  /** The upstream is down, slow or busy. */
  | {
      readonly kind: 'unavailable'
      /** When to try again: 1 to 900. */
      readonly retryAfterSeconds: number
      /** Whether it said so itself; otherwise what it has done with the request is unknown. */
      readonly answered: boolean
    }
  | { readonly kind: 'refused'; readonly reason: UpstreamRefusal }

/** Something of the upstream, or why there is nothing. */
export type UpstreamOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: UpstreamFailure }

/** What the user is sent to the upstream with. */
export interface UpstreamStart {
  /** Our callback for this upstream; without query and fragment. */
  readonly redirectUri: string
  /** Parameters of the client's own request; only those in `forwardedParameters` are passed on. */
  readonly clientParameters?: Readonly<Record<string, unknown>> | undefined
}

/** An authorization server that users sign in at before ours issues tokens. */
export interface Upstream {
  /** The last segment of its callback's path. */
  readonly name: string
  readonly issuer: string
  /** Reads metadata and keys. @throws {UpstreamError} for what cannot be read or used */
  warmUp(): Promise<void>
  /** Where to send the browser. Nothing about it may be set or stored before the user approved. */
  start(
    request: UpstreamStart,
  ): Promise<UpstreamOutcome<{ readonly url: string; readonly attempt: UpstreamAttempt }>>
  /**
   * Turns the callback's parameters into an identity. It does NOT know whose browser the callback
   * came from: `SignIns` does.
   */
  finish(callback: {
    readonly parameters: URLSearchParams
    readonly attempt: UpstreamAttempt
  }): Promise<UpstreamOutcome<UpstreamIdentity>>
  /** Renews tokens once; without retries, and without a look at who else is doing it. */
  refresh(credential: {
    readonly refreshToken: string
    /** Who an ID token in the answer has to be about. */
    readonly subject: string
    readonly scopes: readonly string[]
  }): Promise<UpstreamOutcome<UpstreamTokens>>
}

export function succeed<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

export function fail(failure: UpstreamFailure): {
  readonly ok: false
  readonly failure: UpstreamFailure
} {
  return { ok: false, failure }
}

export function refuse(reason: UpstreamRefusal): {
  readonly ok: false
  readonly failure: UpstreamFailure
} {
  return fail({ kind: 'refused', reason })
}
