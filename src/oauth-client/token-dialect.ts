/** A request to a token endpoint. */
export interface TokenRequestParts {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An answer of a token endpoint, as `openid-client` is to see it. */
export interface TokenAnswerParts {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * How a token endpoint differs from RFC 6749: `openid-client` speaks the protocol, and what it sends
 * and reads is put into other words on the way.
 */
export interface TokenDialect {
  request?(
    parameters: URLSearchParams,
    headers: Readonly<Record<string, string>>,
  ): TokenRequestParts
  answer?(answer: TokenAnswerParts, parameters: URLSearchParams): TokenAnswerParts
}
