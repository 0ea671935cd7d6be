import type { AuthorizationAttempt } from './authorization-attempt.ts'
import type { ReceivedTokens, RemoteOutcome } from './outcome.ts'
import type { UpstreamKeys } from './upstream-keys.ts'
import type { UserClaims } from './user-claims.ts'

/** An {@link AuthorizationAttempt} at an upstream. */
export interface UpstreamAttempt extends AuthorizationAttempt {
  /** Name of the upstream that the user was sent to: its callback is the only one that may finish. */
  readonly upstream: string
}

/** Somebody who has signed in at the upstream. */
export interface UpstreamIdentity {
  /** The issuer of this identity: with `subject` it identifies the user for ever. */
  readonly issuer: string
  readonly subject: string
  /** `sid` of the ID token, which logout tokens name the session by. */
  readonly sessionId: string | undefined
  readonly claims: UserClaims
  readonly tokens: ReceivedTokens
}

/** What the user is sent to the upstream with. */
export interface UpstreamStart {
  /** Our callback for this upstream; without query and fragment. */
  readonly redirectUri: string
  /** Parameters of the client's own request; only those in `forwardedParameters` are passed on. */
  readonly clientParameters?: Readonly<Record<string, unknown>> | undefined
  /**
   * Has the upstream ask again, whoever is signed in there (`prompt=login`, OIDC Core §3.1.2.1); plain
   * OAuth 2.0 has no such parameter. @defaultValue false
   */
  readonly isForced?: boolean | undefined
}

/** An authorization server that users sign in at before ours issues tokens. */
export interface Upstream {
  /** The last segment of its callback's path. */
  readonly name: string
  readonly issuer: string
  /** Who this server is there: the audience of what the upstream signs for it. */
  readonly clientId: string
  readonly keys: UpstreamKeys
  /** Reads metadata and keys. @throws {UpstreamError} for what cannot be read or used */
  warmUp(): Promise<void>
  /** Where to send the browser. Nothing about it may be set or stored before the user approved. */
  start(
    request: UpstreamStart,
  ): Promise<RemoteOutcome<{ readonly url: string; readonly attempt: UpstreamAttempt }>>
  /**
   * Turns the callback's parameters into an identity. It does NOT know whose browser the callback
   * came from: `SignIns` does.
   */
  finish(callback: {
    readonly parameters: URLSearchParams
    readonly attempt: UpstreamAttempt
  }): Promise<RemoteOutcome<UpstreamIdentity>>
  /** Renews tokens once; without retries, and without a look at who else is doing it. */
  refresh(credential: {
    readonly refreshToken: string
    /** Who an ID token in the answer has to be about. */
    readonly subject: string
    readonly scopes: readonly string[]
  }): Promise<RemoteOutcome<ReceivedTokens>>
}
