import type { RefreshBinding } from '../records/refresh-tokens.ts'
import { sendJson } from '../send-json.ts'
import { withUpstream } from '../upstream-call.ts'
import type { Visit } from '../visit.ts'
import { sendTokens, type TokenGrant, takeTokens } from './token-answer.ts'
import { answerUpstreamFailure, refuseGrant } from './token-error.ts'
import type { TokenRequest } from './token-request.ts'

/**
 * Passes a refresh on (RFC 6749 §6), for the client that the token was given to. Rotation and what a
 * used token means are the upstream's; a new token is bound to the same client.
 */
export async function refreshTokens(
  visit: Visit,
  request: TokenRequest,
  clientId: string,
): Promise<void> {
  const { parts, res } = visit
  const refreshToken = request.get('refresh_token') ?? ''
  if (refreshToken === '') {
    sendJson(res, 400, { error: 'invalid_request' })
    return
  }
  const binding = await parts.refreshTokens.find(refreshToken)
  if (binding?.clientId !== clientId) {
    refuseGrant(visit, clientId, binding === undefined ? 'unknown' : 'client')
    return
  }
  const parameters = refreshParameters(visit, request, binding)
  if (parameters === undefined) {
    sendJson(res, 400, { error: 'invalid_scope' })
    return
  }
  const outcome = await withUpstream(parts.upstream, ({ openid, configuration }) =>
    openid.refreshTokenGrant(configuration, refreshToken, parameters),
  )
  if (!outcome.ok) {
    answerUpstreamFailure(visit, clientId, outcome.failure)
    return
  }
  const scopes = parameters['scope']?.split(' ') ?? binding.scopes
  const grant: TokenGrant = { clientId, grantType: 'refresh_token', scopes }
  const tokens = takeTokens(visit, outcome.value, grant)
  if (tokens === undefined) return
  const next = tokens.refreshToken ?? refreshToken
  await parts.refreshTokens.bind(next, binding)
  if (next !== refreshToken) await parts.refreshTokens.retire(refreshToken, binding)
  await parts.clients.noteUse(clientId)
  sendTokens(visit, tokens, grant)
}

/**
 * What goes with a refresh: the client's narrower scopes, or those that were granted where the upstream
 * needs them repeated.
 *
 * @returns `undefined` for scopes that were not granted (RFC 6749 §6).
 */
function refreshParameters(
  { parts }: Visit,
  request: TokenRequest,
  { scopes }: RefreshBinding,
): Record<string, string> | undefined {
  const { upstream, resource, sendResource } = parts.settings
  const asked = (request.get('scope') ?? '').split(' ').filter((name) => name !== '')
  if (asked.some((name) => !scopes.includes(name))) return undefined
  const repeated = upstream.sendScopesOnRefresh ? [...new Set([...upstream.scopes, ...scopes])] : []
  const sent = asked.length > 0 ? asked : repeated
  return {
    ...(sent.length > 0 && { scope: sent.join(' ') }),
    ...(sendResource.token && { resource }),
  }
}
