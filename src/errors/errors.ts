import { ERROR_CODES, type ErrorCode } from './codes.ts'

/**
 * Base class of the errors that this package throws at the developer or operator.
 *
 * It never crosses the wire (a {@link DeniedError} does), so its message may name configuration
 * values; it never contains a token, a secret, a code, or the query of a URL.
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
  /** When it makes sense to try again, where that is known. */
  readonly retryAfterSeconds?: number

  constructor(
    code: ErrorCode,
    subject: string,
    options: ErrorOptions & {
      readonly retryable: boolean
      readonly retryAfterSeconds?: number | undefined
    },
  ) {
    super(code, subject, options)
    this.retryable = options.retryable
    if (options.retryAfterSeconds !== undefined) this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/**
 * A store cannot be reached, cannot write, or holds what cannot be read. Upstream of it the client
 * is answered 503.
 */
export class StorageError extends GatehouseError {
  /** Whether the same call can succeed later without anybody changing anything. */
  readonly retryable: boolean

  constructor(code: ErrorCode, subject: string, options: ErrorOptions & { retryable: boolean }) {
    super(code, subject, options)
    this.retryable = options.retryable
  }
}

/** What a {@link DeniedError} can be told. */
export interface DeniedErrorOptions extends ErrorOptions {
  readonly scopes?: readonly string[]
}

/**
 * The caller may not do this; thrown inside a tool handler, where the MCP SDKs turn it into a tool
 * error. The message reaches the client, so it names only what the user may know.
 */
export class DeniedError extends GatehouseError {
  /** All scopes that are needed, where more of them would help. */
  readonly scopes?: readonly string[]

  constructor(code: ErrorCode, subject: string, options: DeniedErrorOptions = {}) {
    super(code, subject, options)
    if (options.scopes !== undefined) this.scopes = options.scopes
  }
}
