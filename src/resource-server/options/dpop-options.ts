import type { InboundRequest } from '../../http/index.ts'
import type { Storage } from '../../storage/index.ts'

/**
 * How tokens are accepted that are bound to a key of the client (DPoP, RFC 9449). Such a token is
 * never accepted without a proof by that key, whatever stands here.
 */
export interface DpopOptions {
  /** Refuse tokens that are not bound to a key. @defaultValue false */
  readonly required?: boolean
  /**
   * Accepted signature algorithms of proofs (RFC 7518 §3.1), as challenges and metadata name them.
   * @defaultValue all asymmetric ones
   */
  readonly algorithms?: readonly string[]
  /**
   * How long ago a proof may have been made, 1 to 300 seconds. `leewaySeconds` comes on top, to at
   * most 300 in all. @defaultValue 60
   */
  readonly proofSeconds?: number
  /**
   * At least 32 bytes, the same for all replicas: every proof then has to carry a nonce that this
   * server has given out within the last two minutes (RFC 9449 §9). Clients need one more request
   * for their first. @defaultValue proofs need no nonce
   */
  readonly nonceSecret?: string | Uint8Array
  /**
   * Where it is kept which proofs were used, for several processes: one write per request with a
   * proof, which is answered 503 while that fails. Bare or as `sealed` gives it, since the records
   * are no secrets. @defaultValue in memory
   */
  readonly storage?: Storage
  /**
   * The public URL of a request, where a proxy in front changes its path. It must NOT be read from
   * `Host` or `X-Forwarded-*`. @defaultValue the origin of `resource`, and the path as it arrived
   */
  readonly publicUrl?: (request: InboundRequest) => string
}
