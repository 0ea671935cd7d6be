import { isOurResource } from '../browser/authorization-request.ts'
import { sendJson } from '../send-json.ts'
import type { Visit } from '../visit.ts'
import { redeemCode } from './redeem-code.ts'
import { refreshTokens } from './refresh-tokens.ts'
import { readTokenRequest } from './token-request.ts'

/** Answers the token endpoint (RFC 6749 §3.2): codes and refresh tokens of the upstream. */
export async function handleToken(visit: Visit): Promise<void> {
  const { parts, res } = visit
  const request = await readTokenRequest(visit)
  const clientId = request?.get('client_id')
  if (request === undefined || clientId === undefined) {
    sendJson(res, 400, { error: 'invalid_request' })
    return
  }
  if ((await parts.clients.find(clientId)) === undefined) {
    sendJson(res, 401, { error: 'invalid_client' })
    return
  }
  const named = request.get('resource')
  if (named !== undefined && !isOurResource([named], parts.settings.resource)) {
    sendJson(res, 400, { error: 'invalid_target' })
    return
  }
  const grantType = request.get('grant_type')
  if (grantType === 'authorization_code') await redeemCode(visit, request, clientId)
  else if (grantType === 'refresh_token') await refreshTokens(visit, request, clientId)
  else {
    const error = grantType === undefined ? 'invalid_request' : 'unsupported_grant_type'
    sendJson(res, 400, { error })
  }
}
