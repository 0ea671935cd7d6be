import type { ClientSource } from './client-source.ts'
import { type ReceivedTokens, type RemoteOutcome, refuse, succeed } from './outcome.ts'
import { readTokens } from './token-response.ts'
import { withClient } from './with-client.ts'

/** What a token is exchanged for. */
export interface TokenExchange {
  /** An access token of the user at the same authorization server. */
  readonly subjectToken: string
  /** Who the new one is for, as the server names it (RFC 8693 §2.1). */
  readonly audience?: string | undefined
  /** The same as a URL (RFC 8707). */
  readonly resource?: string | undefined
  /** @defaultValue as the server decides */
  readonly scopes?: readonly string[] | undefined
}

/**
 * `token-exchange`, RFC 8693. `on-behalf-of`, what Entra ID has instead: the grant `jwt-bearer` with
 * `requested_token_use=on_behalf_of`, where the scopes say who the token is for.
 */
export type ExchangeStyle = 'on-behalf-of' | 'token-exchange'

export type ExchangeToken = (exchange: TokenExchange) => Promise<RemoteOutcome<ReceivedTokens>>

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/**
 * Exchanges a user's token for one of another audience, so that no token is passed on to whom it was
 * not meant for. One request, by `openid-client`, without retries; nothing is kept.
 */
export function createTokenExchange(
  source: ClientSource,
  style: ExchangeStyle = 'token-exchange',
): ExchangeToken {
  return (exchange) =>
    withClient(source, 'token_response', async ({ openid, configuration }) => {
      const answer = await openid.genericGrantRequest(
        configuration,
        style === 'token-exchange' ? TOKEN_EXCHANGE : JWT_BEARER,
        parametersOf(exchange, style),
      )
      // A refresh token or an ID token, where an access token was asked for, is good for nothing here.
      const issued = answer['issued_token_type'] ?? ACCESS_TOKEN
      return issued === ACCESS_TOKEN || issued === 'urn:ietf:params:oauth:token-type:jwt'
        ? succeed(readTokens(answer, { hasCommas: false }, exchange.scopes ?? []))
        : refuse('token_response')
    })
}

function parametersOf(
  { subjectToken, audience, resource, scopes = [] }: TokenExchange,
  style: ExchangeStyle,
): URLSearchParams {
  const parameters = new URLSearchParams(
    style === 'token-exchange'
      ? {
          subject_token: subjectToken,
          subject_token_type: ACCESS_TOKEN,
          requested_token_type: ACCESS_TOKEN,
        }
      : { assertion: subjectToken, requested_token_use: 'on_behalf_of' },
  )
  if (audience !== undefined) parameters.set('audience', audience)
  if (resource !== undefined) parameters.set('resource', resource)
  if (scopes.length > 0) parameters.set('scope', scopes.join(' '))
  return parameters
}
