import { DeniedError } from '../../errors/index.ts'
import { createClientSource, createTokenExchange } from '../../oauth-client/index.ts'
import type { Emit } from '../../observability/index.ts'
import { requireKnownOptions, requirePlainTypes } from '../../options/index.ts'
import type { Principal } from '../../principal/index.ts'
import type { Clock } from '../../runtime/index.ts'
import { createExchangedTokens } from '../exchanged-tokens.ts'
import { EXCHANGE_OPTIONS, type ExchangeOptions, parseExchange } from '../parse-exchange-service.ts'
import { tokenOfRequest } from '../subject-token.ts'

/** How the token of a caller becomes one for an upstream. */
export type UpstreamExchangeOptions = ExchangeOptions

export interface UpstreamExchangeParts {
  /** Where the options stand, for messages. */
  readonly path: string
  /** Who the tokens are for, in events. */
  readonly name: string
  /** `iss` of the tokens that the server exchanges. */
  readonly tokenIssuer: string
  readonly emit: Emit
  readonly clock: Clock
}

/**
 * A token of the caller of this request for an upstream. It has to run within the request.
 *
 * @param refused One that the upstream does not take: another is asked for.
 * @throws {DeniedError} `ERR_DENIED_EXCHANGE`, `ERR_DENIED_NO_USER`
 * @throws {UpstreamError}
 */
export type UpstreamExchange = (principal: Principal<unknown>, refused?: string) => Promise<string>

/**
 * Creates the exchange of callers' tokens for those of one upstream (RFC 8693), each given again until
 * 30 s before its end.
 *
 * @throws {ConfigError}
 */
export function createUpstreamExchange(
  options: UpstreamExchangeOptions,
  { path, name, tokenIssuer, emit, clock }: UpstreamExchangeParts,
): UpstreamExchange {
  requireKnownOptions(options, EXCHANGE_OPTIONS, path)
  const types = {
    boolean: ['allowInsecureLoopback'],
    function: ['fetch'],
    object: ['privateKey'],
  }
  requirePlainTypes(options, types, `${path}.`)
  const { client, style, target } = parseExchange(options, path)
  const exchange = createTokenExchange(createClientSource(client, { clock, emit }), style)
  const tokens = createExchangedTokens(
    {
      name,
      title: name,
      subjectToken: async (principal) => {
        const own = principal.issuer === tokenIssuer ? tokenOfRequest(principal) : undefined
        if (own === undefined) throw new DeniedError('ERR_DENIED_EXCHANGE', `Access to ${name}`)
        return own
      },
      exchange: (subjectToken) => exchange({ ...target, subjectToken }),
    },
    { clock, emit },
  )
  return async (principal, refused) => (await tokens.current(principal, refused)).accessToken
}
