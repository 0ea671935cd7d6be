import type { EventFacts } from './event-facts.ts'

/** Metadata or keys of an authorization server that are not as they should be. */
export interface IssuerFacts extends EventFacts {
  /** The authorization server. */
  readonly issuer: string
  /** What is wrong. */
  readonly error: Error
}

/** The store that limits are counted in. */
export interface LimitStoreFacts extends EventFacts {
  /** What kind of store it is. */
  readonly store: string
}

/** What an operator should look at: other servers, the store of limits, options. */
export type OperationalEvent =
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
  /** The store of limits cannot be reached: each process counts by itself, to stricter numbers. */
  | ({
      readonly type: 'limits.store_failed'
      /** What failed. */
      readonly error: Error
    } & LimitStoreFacts)
  /** The store of limits is back. */
  | ({ readonly type: 'limits.store_recovered' } & LimitStoreFacts)
  /** Events that `sampleEvents` has left out since the last one that says so. */
  | ({
      readonly type: 'audit.sampled'
      /** How many, by type and reason. */
      readonly leftOut: Readonly<Record<string, number>>
    } & EventFacts)
  /** An option works but is risky, or was ignored. */
  | ({
      readonly type: 'config.warning'
      /** What is risky, and what to do. */
      readonly message: string
    } & EventFacts)
