/** Metadata or keys of an authorization server that are not as they should be. */
export interface IssuerFacts {
  /** Seconds since the epoch. */
  readonly at: number
  readonly issuer: string
  readonly error: Error
}

/** A process that the gateway runs for a caller. */
export interface ProcessFacts {
  /** Seconds since the epoch. */
  readonly at: number
  readonly resource: string
  /** `stdio:` and the name of the program. */
  readonly upstream: string
  /** `principal.id` of the caller. */
  readonly principal: string
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
  | {
      readonly type: 'limits.store_failed'
      readonly at: number
      readonly store: string
      readonly error: Error
    }
  /** The store of limits is back. */
  | { readonly type: 'limits.store_recovered'; readonly at: number; readonly store: string }
  /** What a process of an upstream has written to its standard error; known secrets are left out. */
  | ({
      readonly type: 'upstream.stderr'
      readonly text: string
      /** Lines that were left out since the last one, since there were too many. */
      readonly leftOut: number
    } & ProcessFacts)
  /** A process of an upstream has ended by itself, or could not be started. */
  | ({ readonly type: 'upstream.ended'; readonly error: Error } & ProcessFacts)
  /** Events that `sampleEvents` has left out since the last one that says so, by type and reason. */
  | {
      readonly type: 'audit.sampled'
      readonly at: number
      readonly leftOut: Readonly<Record<string, number>>
    }
  /** An option works but is risky, or was ignored. */
  | { readonly type: 'config.warning'; readonly at: number; readonly message: string }
