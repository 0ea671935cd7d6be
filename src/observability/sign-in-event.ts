import type { AddressFacts, CorrelatedFacts, EventFacts } from './event-facts.ts'

/** What a user was asked for at the authorization server. */
export interface ConsentFacts extends CorrelatedFacts {
  /** The issuer identifier of the authorization server, or of the relay. */
  readonly issuer: string
  /** The client. */
  readonly clientId: string
  /** The MCP server that the tokens are for. */
  readonly resource: string
  /** The scopes of the tokens. */
  readonly scopes: readonly string[]
}

/** A user of our authorization server, as far as it is known who. */
export interface AccountFacts extends EventFacts {
  /** The issuer identifier of the authorization server, or of the relay. */
  readonly issuer: string
  /** The user: `sub` of our tokens. Absent where there is none, or none of this issuer. */
  readonly subject: string | undefined
}

/** Whose grant or token it is, at our authorization server. */
export interface GrantFacts extends AccountFacts {
  /** The client. */
  readonly clientId: string | undefined
}

/** A request for tokens at our authorization server. */
export interface TokenRequestFacts extends EventFacts {
  /** The same in all events about one request, and on the pages that users see. */
  readonly correlationId: string | undefined
  /** The issuer identifier of the authorization server, or of the relay. */
  readonly issuer: string
  /** As the client sent it: `authorization_code`, `refresh_token`, …, or a URN. */
  readonly grantType: string
  /** The client. */
  readonly clientId: string
  /** Who vouches for the user, where it is an issuer of identity assertions. */
  readonly assertionIssuer: string | undefined
}

/** A sign-in at an upstream. */
export interface SignInFacts extends CorrelatedFacts {
  /** The issuer identifier of the authorization server, or of the relay. */
  readonly issuer: string
  /** The name of the upstream: the identity provider. */
  readonly upstream: string
}

/** A credential of a user at an upstream. */
export interface CredentialFacts extends EventFacts {
  /** The issuer identifier of the authorization server, or of the relay. */
  readonly issuer: string
  /** The user: `sub` of our tokens. */
  readonly accountId: string
  /** The name of the upstream: the identity provider. */
  readonly upstream: string
}

/** A request that was answered at the way in. */
export interface EndpointFacts extends CorrelatedFacts, AddressFacts {
  /** The endpoint: `token`, `registration`, `revocation`, … */
  readonly endpoint: string
}

/** What became of sign-ins, clients and grants at the authorization server. */
export type SignInEvent =
  /** A user has allowed a client to act for them, on the page or by what was remembered. */
  | ({
      readonly type: 'consent.allow'
      /** The user: `sub` of our tokens. */
      readonly subject: string
    } & ConsentFacts)
  /** A user has refused a client, on the page. */
  | ({ readonly type: 'consent.deny' } & ConsentFacts)
  /** A user has signed in at an upstream. */
  | ({
      readonly type: 'sign_in.done'
      /** The user: `sub` of our tokens. */
      readonly subject: string
    } & SignInFacts)
  /** A user could not be signed in. */
  | ({
      readonly type: 'sign_in.failed'
      /** The exact cause, which the page does not say. */
      readonly reason: string
    } & SignInFacts)
  /** An upstream has signed a user out, and all that they had here has ended. */
  | ({
      readonly type: 'backchannel_logout.done'
      /** The user; absent where nobody has signed in from the session. */
      readonly subject: string | undefined
    } & SignInFacts)
  /** What came as a logout token was refused. */
  | ({
      readonly type: 'backchannel_logout.refused'
      /** The exact cause. */
      readonly reason: string
    } & SignInFacts)
  /** The authorization server could not answer because of something of its own. */
  | ({
      readonly type: 'authorization_server.error'
      /** The same in all events about one request, and on the pages that users see. */
      readonly correlationId?: string
      /** What failed; [its code](errors.md) says what to do. */
      readonly error: Error
    } & EventFacts)
  /** An authorization code came again after it was redeemed; all that came of it was revoked. */
  | ({ readonly type: 'code.replay' } & GrantFacts)
  /** A refresh token came again after it was rotated, too late or twice; its family was revoked. */
  | ({ readonly type: 'refresh.reuse' } & GrantFacts)
  /** A client got tokens: for a code, a refresh token, itself, an assertion, or another token. */
  | ({
      readonly type: 'grant.allow'
      /** The user; absent for the client itself. */
      readonly subject: string | undefined
      /** The MCP server that the tokens are for. */
      readonly resource: string
      /** The scopes of the tokens. */
      readonly scopes: readonly string[]
    } & TokenRequestFacts)
  /** An authenticated client asked for tokens and got none. */
  | ({
      readonly type: 'grant.deny'
      /** The exact cause, which the client is not told. */
      readonly reason: string
    } & TokenRequestFacts)
  /** Somebody could not prove to be the client that they named; who they are is not known. */
  | ({ readonly type: 'client.refused' } & EndpointFacts)
  /** A client has revoked one of its tokens (RFC 7009). */
  | ({
      readonly type: 'token.revoked'
      /** Which kind. */
      readonly kind: 'access_token' | 'refresh_token'
    } & CorrelatedFacts &
      GrantFacts)
  /** A user has taken an approval back; what came of it has ended. */
  | ({ readonly type: 'consent.revoked' } & AccountFacts)
  /** Somebody was to take back an approval that is not theirs, or not there. */
  | ({ readonly type: 'consent.not_found' } & AccountFacts)
  /** All that a user had here was ended. */
  | ({
      readonly type: 'user.signed_out'
      /** The issuer identifier of the authorization server, or of the relay. */
      readonly issuer: string
      /** The user: `sub` of our tokens. */
      readonly subject: string
    } & EventFacts)
  /** A client registered itself. */
  | ({
      readonly type: 'client.registered'
      /** The id that it got. */
      readonly clientId: string
      /** What it calls itself. */
      readonly clientName: string | undefined
      /** Whether it is the id of a client that had registered the same. */
      readonly folded: boolean
    } & EventFacts &
      AddressFacts)
  /** A registration was refused. */
  | ({
      readonly type: 'client.registration_refused'
      /** The exact cause. */
      readonly reason: string
      /** What the client was answered. */
      readonly status: number
    } & EventFacts &
      AddressFacts)
  /** A client id metadata document was not used. */
  | ({
      readonly type: 'client.document_refused'
      /** The address of the document, without its query, at most 200 characters. */
      readonly clientId: string
      /** The exact cause, which the client is not told. */
      readonly reason: string
    } & EventFacts &
      AddressFacts)
  /** A client id metadata document is not what it was. */
  | ({
      readonly type: 'client.metadata_changed'
      /** The address of the document. */
      readonly clientId: string
      /** The names of what changed in it. */
      readonly fields: readonly string[]
    } & EventFacts)
  /** A callback came from another browser than the one that approved: an attack, or lost cookies. */
  | ({
      readonly type: 'flow.browser_mismatch'
      /** The name of the upstream: the identity provider, or a service of connections. */
      readonly upstream: string
    } & CorrelatedFacts)
  /** The upstream has ended a user's credential, who has to sign in again. */
  | ({ readonly type: 'cred.needs_reauth' } & CredentialFacts)
  /** A refresh was begun and never recorded, and what it had been given is lost. */
  | ({ readonly type: 'cred.inflight_lost' } & CredentialFacts)
  /** A request to an authorization server that is suspended was answered 403. */
  | ({ readonly type: 'authorization_server.suspended' } & EndpointFacts)
  /** A request to the authorization server was answered 429. */
  | ({
      readonly type: 'authorization_server.limited'
      /** The limit that was reached. */
      readonly limit: string
      /** The client, where it is one that counts. */
      readonly clientId?: string
    } & EndpointFacts)
