/**
 * What happened, for the operator: one event per request, and one per thing worth an alert.
 *
 * Events never contain tokens, header values or query strings. Strings that came from outside
 * (subject, client) are as received: escape them where they are written.
 *
 * @module
 */

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

/** Whose grant it was that our authorization server ended. */
export interface GrantFacts {
  /** Seconds since the epoch. */
  readonly at: number
  readonly issuer: string
  readonly subject: string | undefined
  readonly clientId: string | undefined
}

/** What a request asked for, where a policy looked at its body. */
export interface OperationFacts {
  /** `name`: of the tool or prompt, the URI of the resource, or the method again. */
  readonly operations: readonly { readonly method: string; readonly name: string }[]
}

/** What a user was asked for at the authorization server. */
export interface ConsentFacts {
  readonly correlationId: string
  /** Seconds since the epoch. */
  readonly at: number
  readonly clientId: string
  readonly resource: string
  readonly scopes: readonly string[]
}

/** A sign-in at an upstream. */
export interface SignInFacts {
  readonly correlationId: string
  /** Seconds since the epoch. */
  readonly at: number
  readonly upstream: string
}

/** A credential of a user at an upstream. */
export interface CredentialFacts {
  /** Seconds since the epoch. */
  readonly at: number
  /** The account's identifier: `sub` of our tokens. */
  readonly accountId: string
  readonly upstream: string
}

/** Metadata or keys of an authorization server that are not as they should be. */
export interface IssuerFacts {
  /** Seconds since the epoch. */
  readonly at: number
  readonly issuer: string
  readonly error: Error
}

/** One thing that happened. `type` and `reason` are stable; `at` is in seconds since the epoch. */
export type AuditEvent =
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
  /** A user has allowed a client to act for them, on the page or by what was remembered. */
  | ({ readonly type: 'consent.allow'; readonly subject: string } & ConsentFacts)
  | ({ readonly type: 'consent.deny' } & ConsentFacts)
  /** A user has signed in at an upstream. */
  | ({ readonly type: 'sign_in.done'; readonly subject: string } & SignInFacts)
  /** A user could not be signed in; `reason` is the exact cause, which the page does not say. */
  | ({ readonly type: 'sign_in.failed'; readonly reason: string } & SignInFacts)
  /** The authorization server could not answer because of something of its own. */
  | {
      readonly type: 'authorization_server.error'
      readonly correlationId?: string
      readonly at: number
      readonly error: Error
    }
  /** An authorization code came again after it was redeemed; all that came of it was revoked. */
  | ({ readonly type: 'code.replay' } & GrantFacts)
  /** A refresh token came again after it was rotated, too late or twice; its family was revoked. */
  | ({ readonly type: 'refresh.reuse' } & GrantFacts)
  /** Keys that could not be refreshed are still in use. */
  | ({ readonly type: 'jwks.stale' } & IssuerFacts)
  /** A published key set contains private keys; it was refused. */
  | ({ readonly type: 'jwks.private_material' } & IssuerFacts)
  /** Metadata or keys could not be read; nobody waited for them. */
  | ({ readonly type: 'discovery.failed' } & IssuerFacts)
  /** An introspection endpoint answered with what RFC 7662 does not have, or with a bad signature. */
  | ({ readonly type: 'introspect.bad_response' } & IssuerFacts)
  /** A provider's endpoint for its tokens or users answered with what cannot be read. */
  | ({ readonly type: 'userinfo.bad_response' } & IssuerFacts)
  /** A client registered itself, or got the id of one that had registered the same (`folded`). */
  | {
      readonly type: 'client.registered'
      readonly at: number
      readonly clientId: string
      readonly clientName: string | undefined
      readonly folded: boolean
      readonly address: string | undefined
    }
  /** A registration was refused. */
  | {
      readonly type: 'client.registration_refused'
      readonly at: number
      readonly reason: string
      readonly status: number
      readonly address: string | undefined
    }
  /** A client id metadata document was not used; the client is told none of the reason. */
  | {
      readonly type: 'client.document_refused'
      readonly at: number
      /** Without its query, at most 200 characters. */
      readonly clientId: string
      readonly reason: string
      readonly address: string | undefined
    }
  /** A client id metadata document is not what it was; `fields` are the names that changed. */
  | {
      readonly type: 'client.metadata_changed'
      readonly at: number
      readonly clientId: string
      readonly fields: readonly string[]
    }
  /** A callback came from another browser than the one that approved: an attack, or lost cookies. */
  | {
      readonly type: 'flow.browser_mismatch'
      readonly at: number
      readonly correlationId: string
      readonly upstream: string
    }
  /** The upstream has ended a user's credential, who has to sign in again. */
  | ({ readonly type: 'cred.needs_reauth' } & CredentialFacts)
  /** A refresh was begun and never recorded, and what it had been given is lost. */
  | ({ readonly type: 'cred.inflight_lost' } & CredentialFacts)
  /** An option works but is risky, or was ignored. */
  | { readonly type: 'config.warning'; readonly at: number; readonly message: string }

/** Receives events. A sink that fails is ignored: it cannot take the server down. */
export type AuditSink = (event: AuditEvent) => void | Promise<void>
