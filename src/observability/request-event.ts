/** Who and what a request was, as far as it is known. */
export interface RequestFacts {
  /** Identifies the request in all events about it. */
  readonly correlationId: string
  /** Seconds since the epoch. */
  readonly at: number
  readonly resource: string
  readonly method: string
  readonly path: string
  /** The client's address as far as it can be trusted, see `trustedProxyHops`. */
  readonly address: string | undefined
}

/** The caller in an event; absent for a token that could not be verified. */
export interface CallerFacts {
  readonly issuer: string
  readonly subject: string | undefined
  readonly clientId: string | undefined
  readonly tenant: string | undefined
}

/** What a request asked for, where a policy looked at its body. */
export interface OperationFacts {
  /** `name`: of the tool or prompt, the URI of the resource, or the method again. */
  readonly operations: readonly { readonly method: string; readonly name: string }[]
}

/** What became of a request to a protected resource. */
export type RequestEvent =
  /** A request was let through to the handler. */
  | ({ readonly type: 'auth.allow' } & RequestFacts & CallerFacts & Partial<OperationFacts>)
  /** A request was refused; `reason` is the exact cause, which the client is not told. */
  | ({
      readonly type: 'auth.deny'
      readonly reason: string
      readonly status: number
      /** The scopes that the client was asked to get. */
      readonly scopes?: readonly string[]
      /** The names of the required claims that the token lacks. */
      readonly claims?: readonly string[]
    } & RequestFacts &
      Partial<CallerFacts> &
      Partial<OperationFacts>)
  /** A function of the policy failed, and the request was refused for it. */
  | ({
      readonly type: 'policy.error'
      readonly status: number
      readonly error: Error
    } & RequestFacts &
      Partial<CallerFacts> &
      Partial<OperationFacts>)
  /** A client that was asked for more scopes came back with some of them, in another token. */
  | ({
      readonly type: 'scope.elevated'
      readonly requested: readonly string[]
      readonly granted: readonly string[]
      /** `correlationId` of the request that was challenged. */
      readonly challengedBy: string | undefined
    } & RequestFacts &
      CallerFacts)
  /** A request was answered 503 because something that is needed to decide failed. */
  | ({ readonly type: 'dep.unavailable'; readonly error: Error } & RequestFacts)
  /** A request was answered without credentials: metadata or a preflight. */
  | ({ readonly type: 'public'; readonly what: 'metadata' | 'preflight' } & RequestFacts)
  /** The gateway itself refused a request, before or after the resource server had let it through. */
  | ({
      readonly type: 'gateway.refused'
      readonly reason: string
      readonly status: number
    } & RequestFacts)
  /** An upstream of the gateway did not answer, or not as it has to; `reason` is the exact cause. */
  | ({
      readonly type: 'upstream.failed'
      readonly reason: string
      readonly status: number
      /** Without path and query. */
      readonly upstream: string
      readonly error: Error | undefined
    } & RequestFacts)
