import type { AddressFacts, CorrelatedFacts } from './event-facts.ts'

/** Who and what a request was, as far as it is known. */
export interface RequestFacts extends CorrelatedFacts, AddressFacts {
  /** The identifier of the protected resource. */
  readonly resource: string
  /** The HTTP method. */
  readonly method: string
  /** The path, without the query. */
  readonly path: string
}

/** The caller in an event; absent for a token that could not be verified. */
export interface CallerFacts {
  /** Who issued the token. */
  readonly issuer: string
  /** The user: `sub` of the token. */
  readonly subject: string | undefined
  /** The client that the token was issued to. */
  readonly clientId: string | undefined
  /** The tenant of the user, where tokens say one. */
  readonly tenant: string | undefined
}

/** What a request asked for, where a policy looked at its body. */
export interface OperationFacts {
  /** The messages of the request. `name` is that of the tool or prompt, the URI of the resource, or the method again. */
  readonly operations: readonly { readonly method: string; readonly name: string }[]
}

/** What became of requests to a protected resource, also behind the gateway. */
export type RequestEvent =
  /** A request was let through to the handler. */
  | ({ readonly type: 'auth.allow' } & RequestFacts & CallerFacts & Partial<OperationFacts>)
  /** A request was refused. */
  | ({
      readonly type: 'auth.deny'
      /** The exact cause, [one of these](#reasons-of-authdeny), which the client is not told. */
      readonly reason: string
      /** What the client was answered. */
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
      /** What the client was answered. */
      readonly status: number
      /** What the function threw. */
      readonly error: Error
    } & RequestFacts &
      Partial<CallerFacts> &
      Partial<OperationFacts>)
  /** A client that was asked for more scopes came back with some of them, in another token. */
  | ({
      readonly type: 'scope.elevated'
      /** The scopes that it was asked to get. */
      readonly requested: readonly string[]
      /** Those of them that it came back with. */
      readonly granted: readonly string[]
      /** `correlationId` of the request that was challenged. */
      readonly challengedBy: string | undefined
    } & RequestFacts &
      CallerFacts)
  /** A request was answered 503 because something that is needed to decide failed. */
  | ({
      readonly type: 'dep.unavailable'
      /** What failed; [its code](errors.md) says what to do. */
      readonly error: Error
    } & RequestFacts)
  /** A request was answered without credentials: metadata or a preflight. */
  | ({
      readonly type: 'public'
      /** What was answered. */
      readonly what: 'metadata' | 'preflight'
    } & RequestFacts)
