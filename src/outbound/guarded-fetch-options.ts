/** Resolves a name to all of its addresses. */
export type Lookup = (hostname: string) => Promise<readonly string[]>

/** What a fetch from a URL that a stranger names may do. */
export interface GuardedFetchOptions {
  /**
   * For everything, from the look-up of the name to the last byte of the body.
   * @defaultValue 5000
   */
  readonly timeoutMilliseconds?: number | undefined
  /**
   * Of the body. More is refused, whatever length the answer announces.
   * @defaultValue 5120, which draft-ietf-oauth-client-id-metadata-document §6.6 recommends
   */
  readonly maxBytes?: number | undefined
  /**
   * The ports that may be asked.
   * @defaultValue `[443]`
   */
  readonly ports?: readonly number[] | undefined
  /**
   * Asks this machine too, by http and https and on every port. For development and tests: with it,
   * strangers reach what listens on loopback addresses.
   * @defaultValue false
   */
  readonly allowInsecureLoopback?: boolean | undefined
  /**
   * An `http:` URL of a proxy that is asked to connect (`CONNECT`, RFC 9110 §9.3.6), with credentials
   * where it wants some. Proxies of the environment are never used. The proxy resolves the names, so
   * it is the proxy that has to keep internal addresses out; without it nothing is fetched.
   * @defaultValue none
   */
  readonly egressProxy?: string | undefined
  /** Certificates to trust instead of the platform's, in PEM. @defaultValue the platform's */
  readonly ca?: string | readonly string[] | undefined
  /**
   * A failure is told only at the next multiple of this, so that its time says little about what is
   * behind a name or a port.
   * @defaultValue 1000
   */
  readonly failureBucketMilliseconds?: number | undefined
  /** @defaultValue the resolver of the system */
  readonly lookup?: Lookup | undefined
}

/** Why nothing was fetched. For the operator; whoever named the URL is told none of it. */
export type FetchRefusal =
  | 'address'
  | 'connection'
  | 'encoding'
  | 'name'
  | 'port'
  | 'proxy'
  | 'resolution'
  | 'timeout'
  | 'tls'
  | 'too-large'
  | 'url'

/** An answer, or why there is none. A redirect is an answer like any other. */
export type GuardedAnswer =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers: Headers
      readonly body: Uint8Array<ArrayBuffer>
    }
  | { readonly kind: 'refused'; readonly reason: FetchRefusal }

/** Asks for a URL with GET. Never rejects. */
export type GuardedFetch = (
  url: string,
  request?: { readonly accept?: string; readonly maxBytes?: number },
) => Promise<GuardedAnswer>
