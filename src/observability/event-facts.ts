/** What every event says. */
export interface EventFacts {
  /** When it happened, in seconds since the epoch. */
  readonly at: number
}

/** What every event about one request says. */
export interface CorrelatedFacts extends EventFacts {
  /** The same in all events about one request, and on the pages that users see. */
  readonly correlationId: string
}

/** Where a request came from. */
export interface AddressFacts {
  /** The client's address as far as it can be trusted, see `trustedProxyHops`. */
  readonly address: string | undefined
}
