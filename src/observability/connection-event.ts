/** A connection of a user to a third-party service. */
export interface ConnectionFacts {
  /** Seconds since the epoch. */
  readonly at: number
  readonly issuer: string
  readonly subject: string
  readonly tenant: string | undefined
  /** The MCP client that it was asked for by. */
  readonly clientId: string | undefined
  readonly service: string
}

/** What became of connections to third-party services. */
export type ConnectionEvent =
  /**
   * A call came back with a `requestState` that was changed, is old, was used, or belongs to another
   * caller or call; the tool was not run. Absent facts are those of a call without a token.
   */
  | {
      readonly type: 'mrtr.state_invalid'
      readonly at: number
      readonly reason: string
      readonly issuer: string | undefined
      readonly subject: string | undefined
      readonly tenant: string | undefined
      readonly clientId: string | undefined
    }
  /** A tool needs a service that the user has to connect: a link was made. */
  | ({ readonly type: 'connection.requested'; readonly operation: string } & ConnectionFacts)
  /** A user has connected a service. */
  | ({ readonly type: 'connection.connected' } & ConnectionFacts)
  /** The service has given new tokens. */
  | ({ readonly type: 'connection.refreshed' } & ConnectionFacts)
  /** The service could not renew now, or refuses this server; the connection stays. */
  | ({ readonly type: 'connection.refresh_failed'; readonly reason: string } & ConnectionFacts)
  /** The identity provider has given a token of a service for one of the user. */
  | ({ readonly type: 'connection.exchanged' } & ConnectionFacts)
  /** It has not: it refuses the user or this server, or cannot be reached (`unavailable`). */
  | ({ readonly type: 'connection.exchange_failed'; readonly reason: string } & ConnectionFacts)
  /**
   * The service has ended a connection, and the user is asked again; `inflight_lost`: after an answer
   * that nobody could store.
   */
  | ({
      readonly type: 'connection.needs_reconnect'
      readonly reason: 'ended' | 'inflight_lost'
    } & ConnectionFacts)
  /** A connection was ended by its user, and what became of it at the service. */
  | ({
      readonly type: 'connection.disconnected'
      readonly atService: 'revoked' | 'unsupported' | 'failed'
    } & ConnectionFacts)
  /** A link to connect a service was opened by another user than the one that it was made for. */
  | ({
      readonly type: 'elicit.user_mismatch'
      readonly correlationId: string
      /** Who has opened it; the other facts are of the user who was asked. */
      readonly openedBy: Pick<ConnectionFacts, 'issuer' | 'subject' | 'tenant'>
    } & ConnectionFacts)
  /** The pages of connections could not answer because of something of their own. */
  | {
      readonly type: 'connections.error'
      readonly correlationId: string
      readonly at: number
      readonly error: Error
    }
