import { ERROR_CODES, type ErrorCode } from './codes.ts'

/**
 * Base class of the errors that this package throws at the developer or operator.
 *
 * It never crosses the wire, so its message may name configuration values; it never
 * contains a token, a secret, a code, or the query of a URL.
 */
export class GatehouseError extends Error {
  /** A stable code. The message may change in any release, the code only in a major one. */
  readonly code: ErrorCode

  /** @param subject What is wrong: an option's path, an issuer, a URL without its query. */
  constructor(code: ErrorCode, subject: string, options?: ErrorOptions) {
    const { cause, remedy } = ERROR_CODES[code]
    super(`${subject}: ${cause} ${remedy}`, options)
    this.name = new.target.name
    this.code = code
  }
}

/** A mistake in the options given to a factory; thrown at creation, never by a request. */
export class ConfigError extends GatehouseError {}

/**
 * A failure of something that this server depends on: an authorization server, a key set,
 * a custom verifier. The client is answered 503 with `Retry-After`, never `invalid_token`.
 */
export class UpstreamError extends GatehouseError {
  /** Whether the same request can succeed later without anybody changing anything. */
  readonly retryable: boolean

  constructor(code: ErrorCode, subject: string, options: ErrorOptions & { retryable: boolean }) {
    super(code, subject, options)
    this.retryable = options.retryable
  }
}
