import type { TokenEndpointResponse } from 'openid-client'
import { RETRY_AFTER_SECONDS } from '../../browser/index.ts'
import { type ReceivedTokens, readTokens } from '../../oauth-client/index.ts'
import { checkRecipient } from '../recipient.ts'
import { sendJson } from '../send-json.ts'
import type { Visit } from '../visit.ts'

/** What tokens are given for. */
export interface TokenGrant {
  readonly clientId: string
  readonly grantType: 'authorization_code' | 'refresh_token'
  /** The scopes that were asked for. */
  readonly scopes: readonly string[]
}

/**
 * The tokens of an answer of the upstream, unless they are for somebody else. That is a mistake in the
 * configuration, and has been answered then.
 *
 * An ID token is left behind: its audience is this server, and its issuer none that clients know.
 */
export function takeTokens(
  { parts, res, correlationId }: Visit,
  answer: TokenEndpointResponse,
  { clientId, scopes }: TokenGrant,
): ReceivedTokens | undefined {
  const { settings } = parts
  const tokens = readTokens(answer, { hasCommas: false }, scopes)
  const reason = checkRecipient(tokens.accessToken, settings.recipient)
  if (reason === undefined) return tokens
  const { emit, clock } = settings
  emit({ type: 'relay.token_refused', correlationId, at: clock.now(), clientId, reason })
  const headers = { 'Retry-After': String(RETRY_AFTER_SECONDS) }
  sendJson(res, 503, { error: 'temporarily_unavailable' }, headers)
  return undefined
}

/** Hands the upstream's tokens to the client (RFC 6749 §5.1). */
export function sendTokens(
  { parts, res, correlationId }: Visit,
  { accessToken, refreshToken, scopes, expiresInSeconds }: ReceivedTokens,
  { clientId, grantType }: TokenGrant,
): void {
  const { emit, clock, issuer, resource } = parts.settings
  const facts = { correlationId, at: clock.now(), issuer, clientId, resource, scopes }
  emit({ type: 'relay.tokens', grantType, ...facts })
  sendJson(res, 200, {
    access_token: accessToken,
    token_type: 'Bearer',
    ...(expiresInSeconds !== undefined && { expires_in: expiresInSeconds }),
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
  })
}
