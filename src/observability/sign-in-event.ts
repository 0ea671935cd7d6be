/** What a user was asked for at the authorization server. */
export interface ConsentFacts {
  readonly correlationId: string
  /** Seconds since the epoch. */
  readonly at: number
  /** Of our authorization server, or of the relay. */
  readonly issuer: string
  readonly clientId: string
  readonly resource: string
  readonly scopes: readonly string[]
}

/** Whose grant or token it is, at our authorization server. */
export interface GrantFacts {
  /** Seconds since the epoch. */
  readonly at: number
  readonly issuer: string
  readonly subject: string | undefined
  readonly clientId: string | undefined
}

/** A request for tokens at our authorization server. */
export interface TokenRequestFacts {
  readonly correlationId: string | undefined
  /** Seconds since the epoch. */
  readonly at: number
  readonly issuer: string
  /** As the client sent it: `authorization_code`, `refresh_token`, …, or a URN. */
  readonly grantType: string
  /** The client, which has been authenticated. */
  readonly clientId: string
  /** Who vouches for the user, where it is an issuer of identity assertions. */
  readonly assertionIssuer: string | undefined
}

/** A sign-in at an upstream. */
export interface SignInFacts {
  readonly correlationId: string
  /** Seconds since the epoch. */
  readonly at: number
  /** Of our authorization server, or of the relay. */
  readonly issuer: string
  readonly upstream: string
}

/** A credential of a user at an upstream. */
export interface CredentialFacts {
  /** Seconds since the epoch. */
  readonly at: number
  /** Of our authorization server. */
  readonly issuer: string
  /** The account's identifier: `sub` of our tokens. */
  readonly accountId: string
  readonly upstream: string
}

/** What became of sign-ins, clients and grants at the authorization server. */
export type SignInEvent =
  /** A user has allowed a client to act for them, on the page or by what was remembered. */
  | ({ readonly type: 'consent.allow'; readonly subject: string } & ConsentFacts)
  | ({ readonly type: 'consent.deny' } & ConsentFacts)
  /** A user has signed in at an upstream. */
  | ({ readonly type: 'sign_in.done'; readonly subject: string } & SignInFacts)
  /** A user could not be signed in; `reason` is the exact cause, which the page does not say. */
  | ({ readonly type: 'sign_in.failed'; readonly reason: string } & SignInFacts)
  /** An upstream has signed a user out, and all that they had here has ended. */
  | ({
      readonly type: 'backchannel_logout.done'
      /** `undefined` where nobody has signed in from the session. */
      readonly subject: string | undefined
    } & SignInFacts)
  /** What came as a logout token was refused; `reason` is the exact cause. */
  | ({ readonly type: 'backchannel_logout.refused'; readonly reason: string } & SignInFacts)
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
  /** A client got tokens: for a code, a refresh token, itself, an assertion, or another token. */
  | ({
      readonly type: 'grant.allow'
      /** The user; `undefined` for the client itself. */
      readonly subject: string | undefined
      readonly resource: string
      readonly scopes: readonly string[]
    } & TokenRequestFacts)
  /** It did not; `reason` is the exact cause, which the client is not told. */
  | ({ readonly type: 'grant.deny'; readonly reason: string } & TokenRequestFacts)
  /** Somebody could not prove to be the client that they named; who they are is not known. */
  | {
      readonly type: 'client.refused'
      readonly correlationId: string
      readonly at: number
      /** `token`, `revocation` or `introspection`. */
      readonly endpoint: string
      readonly address: string | undefined
    }
  /** A client has revoked one of its tokens (RFC 7009). */
  | ({
      readonly type: 'token.revoked'
      readonly correlationId: string
      readonly kind: 'access_token' | 'refresh_token'
    } & GrantFacts)
  /** A user has taken an approval back; what came of it has ended. */
  | {
      readonly type: 'consent.revoked'
      readonly at: number
      readonly issuer: string
      readonly subject: string | undefined
    }
  /** Somebody was to take back an approval that is not theirs, or not there. */
  | {
      readonly type: 'consent.not_found'
      readonly at: number
      readonly issuer: string
      /** `undefined` for a caller of another issuer, and a client. */
      readonly subject: string | undefined
    }
  /** All that a user had here was ended. */
  | {
      readonly type: 'user.signed_out'
      readonly at: number
      readonly issuer: string
      readonly subject: string
    }
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
  /** A request to an authorization server that is suspended was answered 403. */
  | {
      readonly type: 'authorization_server.suspended'
      readonly correlationId: string
      readonly at: number
      readonly endpoint: string
      readonly address: string | undefined
    }
  /** A request to the authorization server was answered 429; `limit` is the one that was reached. */
  | {
      readonly type: 'authorization_server.limited'
      readonly correlationId: string
      readonly at: number
      readonly endpoint: string
      readonly limit: string
      readonly clientId?: string
      readonly address: string | undefined
    }
