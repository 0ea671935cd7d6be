import { sendJson } from '../send-json.ts'
import { withUpstream } from '../upstream-call.ts'
import type { Visit } from '../visit.ts'
import { answerUpstreamFailure, refuseGrant } from './token-error.ts'
import { readTokenRequest } from './token-request.ts'

const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/

/**
 * Passes a revocation on (RFC 7009). A refresh token has to be the client's own; an access token, which
 * nobody here has a record of, is ended for whoever has it.
 */
export async function handleRevocation(visit: Visit): Promise<void> {
  const { parts, res } = visit
  const request = await readTokenRequest(visit)
  const [clientId, token = ''] = ['client_id', 'token'].map((name) => request?.get(name))
  if (clientId === undefined || token === '') {
    sendJson(res, 400, { error: 'invalid_request' })
    return
  }
  if ((await parts.clients.find(clientId)) === undefined) {
    sendJson(res, 401, { error: 'invalid_client' })
    return
  }
  const binding = await parts.refreshTokens.find(token)
  if (binding !== undefined && binding.clientId !== clientId) {
    refuseGrant(visit, clientId, 'client')
    return
  }
  if (binding === undefined && !JWT.test(token)) {
    // A token that nobody has, is as good as revoked (RFC 7009 §2.2).
    sendJson(res, 200, {})
    return
  }
  const hint = binding === undefined ? 'access_token' : 'refresh_token'
  const outcome = await withUpstream(parts.upstream, ({ openid, configuration }) =>
    openid.tokenRevocation(configuration, token, { token_type_hint: hint }),
  )
  if (outcome.ok) {
    if (binding !== undefined) await parts.refreshTokens.forget(token)
    sendJson(res, 200, {})
    return
  }
  const { failure } = outcome
  const isUnsupported = binding === undefined && failure.kind === 'refused'
  if (isUnsupported) sendJson(res, 400, { error: 'unsupported_token_type' })
  else answerUpstreamFailure(visit, clientId, failure)
}
