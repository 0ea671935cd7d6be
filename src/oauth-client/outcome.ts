/** Tokens of another authorization server, checked and clamped. They stay on this server. */
export interface ReceivedTokens {
  readonly accessToken: string
  readonly refreshToken: string | undefined
  /** What was granted; the scopes asked for where the answer states none (RFC 6749 §5.1). */
  readonly scopes: readonly string[]
  /** Seconds that the access token lives; `undefined` where nothing says so. */
  readonly expiresInSeconds: number | undefined
}

/** Why an answer of another authorization server was refused; for the log, never for a page. */
export type RemoteRefusal =
  /** The callback lacks `code`, or `code` or `error` is there twice or besides each other. */
  | 'parameters'
  /** `code` is empty, longer than 8 KiB, or has characters that no code has. */
  | 'code_malformed'
  /** The callback is about another attempt. */
  | 'state'
  /** `iss` is missing where the server says that it sends it (RFC 9207 §2.4). */
  | 'iss_missing'
  | 'iss'
  /** The attempt was begun at another server, issuer or redirect URI. */
  | 'other_upstream'
  /** The server answered with an error that no RFC defines. */
  | 'error'
  /** The server does not accept the code, or the refresh token: `invalid_grant`. */
  | 'grant'
  /** The answer of the token endpoint is a redirect, too large, no JSON, or lacks what it must have. */
  | 'token_response'
  /** Signature, issuer, audience, nonce, expiry or hash of the ID token (OIDC Core §3.1.3.7). */
  | 'id_token'
  | 'userinfo'
  /** No usable subject. */
  | 'subject'

/** Why something did not work at another authorization server. */
export type RemoteFailure =
  /** The user or the server said no. */
  | { readonly kind: 'denied' }
  /** It refuses this server or its request: an operator has to look. */
  | { readonly kind: 'misconfigured'; readonly error: string }
  /** It is down, slow or busy. */
  | {
      readonly kind: 'unavailable'
      /** When to try again: 1 to 900. */
      readonly retryAfterSeconds: number
      /** Whether it said so itself; otherwise what it has done with the request is unknown. */
      readonly answered: boolean
    }
  | { readonly kind: 'refused'; readonly reason: RemoteRefusal }

/** Something of another authorization server, or why there is nothing. */
export type RemoteOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: RemoteFailure }

export function succeed<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

export function fail(failure: RemoteFailure): {
  readonly ok: false
  readonly failure: RemoteFailure
} {
  return { ok: false, failure }
}

export function refuse(reason: RemoteRefusal): {
  readonly ok: false
  readonly failure: RemoteFailure
} {
  return fail({ kind: 'refused', reason })
}

/** What the operator is told: the error code, where there is one to look up. */
export function failureReason(failure: RemoteFailure): string {
  if (failure.kind === 'refused') return failure.reason
  return failure.kind === 'misconfigured' ? failure.error : failure.kind
}
