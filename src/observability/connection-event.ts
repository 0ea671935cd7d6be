import type { CorrelatedFacts, EventFacts } from './event-facts.ts'

/** A connection of a user to a third-party service. */
export interface ConnectionFacts extends EventFacts {
  /** Who issued the user's token for the MCP server. */
  readonly issuer: string
  /** The user: `sub` of the token. */
  readonly subject: string
  /** The tenant of the user, where tokens say one. */
  readonly tenant: string | undefined
  /** The MCP client that asked for it. */
  readonly clientId: string | undefined
  /** The name of the service in the configuration. */
  readonly service: string
}

/** What became of connections to third-party services, beside `flow.browser_mismatch` of an authorization server. */
export type ConnectionEvent =
  /**
   * A call came back with a `requestState` that was changed, is old, was used, or belongs to another
   * caller or call; the tool was not run.
   */
  | ({
      readonly type: 'mrtr.state_invalid'
      /** The exact cause. */
      readonly reason: string
      /** Who issued the caller's token; absent for a call without a token. */
      readonly issuer: string | undefined
      /** The caller. */
      readonly subject: string | undefined
      /** The tenant of the caller, where tokens say one. */
      readonly tenant: string | undefined
      /** The MCP client that made the call. */
      readonly clientId: string | undefined
    } & EventFacts)
  /** A tool needs a service that the user has to connect: a link was made. */
  | ({
      readonly type: 'connection.requested'
      /** The tool. */
      readonly operation: string
    } & ConnectionFacts)
  /** A user has connected a service. */
  | ({ readonly type: 'connection.connected' } & ConnectionFacts)
  /** The service has given new tokens. */
  | ({ readonly type: 'connection.refreshed' } & ConnectionFacts)
  /** The service could not renew now, or refuses this server; the connection stays. */
  | ({
      readonly type: 'connection.refresh_failed'
      /** The exact cause. */
      readonly reason: string
    } & ConnectionFacts)
  /** The identity provider has given a token of a service for one of the user. */
  | ({ readonly type: 'connection.exchanged' } & ConnectionFacts)
  /** The identity provider has given no token of a service: it refuses the user or this server, or cannot be reached. */
  | ({
      readonly type: 'connection.exchange_failed'
      /** The exact cause; `unavailable` where it cannot be reached. */
      readonly reason: string
    } & ConnectionFacts)
  /** A connection has ended without its user, who is asked to connect again. */
  | ({
      readonly type: 'connection.needs_reconnect'
      /** The service has ended it, or has renewed it with an answer that nobody could store. */
      readonly reason: 'ended' | 'inflight_lost'
    } & ConnectionFacts)
  /** A connection was ended by its user. */
  | ({
      readonly type: 'connection.disconnected'
      /** What became of it at the service: it was revoked, cannot be, or could not be now. */
      readonly atService: 'revoked' | 'unsupported' | 'failed'
    } & ConnectionFacts)
  /** A link to connect a service was opened by another user than the one that it was made for. */
  | ({
      readonly type: 'elicit.user_mismatch'
      /** Who has opened it; the other fields are of the user who was asked. */
      readonly openedBy: {
        readonly issuer: string
        readonly subject: string
        readonly tenant: string | undefined
      }
    } & ConnectionFacts &
      CorrelatedFacts)
  /** The pages of connections could not answer because of something of their own. */
  | ({
      readonly type: 'connections.error'
      /** What failed. */
      readonly error: Error
    } & CorrelatedFacts)
