import type { CorrelatedFacts } from './event-facts.ts'
import type { ConsentFacts } from './sign-in-event.ts'

/** What a client of a relay was refused. */
export interface RelayFacts extends CorrelatedFacts {
  /** The client. */
  readonly clientId: string
  /** The exact cause, which the client is not told. */
  readonly reason: string
}

/** What became of sign-ins through a relay, beside the events of an authorization server about clients, refused consent and failed sign-ins. */
export type RelayEvent =
  /** A user has allowed a client to get tokens through a relay; nobody knows yet who the user is. */
  | ({ readonly type: 'relay.allow' } & ConsentFacts)
  /** A relay has handed tokens of its upstream to a client. */
  | ({
      readonly type: 'relay.tokens'
      /** What the client gave for them. */
      readonly grantType: 'authorization_code' | 'refresh_token'
    } & ConsentFacts)
  /** A relay has refused a code or a refresh token; the client is told `invalid_grant`. */
  | ({ readonly type: 'relay.grant_refused' } & RelayFacts)
  /** A token of the upstream is not for the resource, and was not handed on. */
  | ({ readonly type: 'relay.token_refused' } & RelayFacts)
  /** A relay could not answer because of its upstream. */
  | ({
      readonly type: 'relay.upstream_failed'
      /** The name of the upstream. */
      readonly upstream: string
      /** The exact cause. */
      readonly reason: string
    } & CorrelatedFacts)
