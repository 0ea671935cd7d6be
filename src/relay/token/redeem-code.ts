import { hash } from 'node:crypto'
import type { TokenEndpointResponse } from 'openid-client'
import type { RemoteClient } from '../../oauth-client/index.ts'
import type { RelaySettings } from '../options/index.ts'
import type { CodeBinding } from '../records/codes.ts'
import { sendJson } from '../send-json.ts'
import { withUpstream } from '../upstream-call.ts'
import type { Visit } from '../visit.ts'
import { sendTokens, type TokenGrant, takeTokens } from './token-answer.ts'
import { answerUpstreamFailure, type GrantFault, refuseGrant } from './token-error.ts'
import type { TokenRequest } from './token-request.ts'

// RFC 7636 §4.1.
const CODE_VERIFIER = /^[A-Za-z0-9\-._~]{43,128}$/

/**
 * Redeems a code at the upstream, once, for the client and the redirect URI that it was sent to. Whoever
 * else presents it is refused and does not use it up: it is not theirs to end.
 */
export async function redeemCode(
  visit: Visit,
  request: TokenRequest,
  clientId: string,
): Promise<void> {
  const { parts, res } = visit
  const [code = '', codeVerifier = ''] = ['code', 'code_verifier'].map((name) => request.get(name))
  if (code === '' || codeVerifier === '') {
    sendJson(res, 400, { error: 'invalid_request' })
    return
  }
  const binding = await parts.codes.find(code)
  const fault = binding === undefined ? 'unknown' : faultOf(binding, request, clientId)
  if (binding === undefined || fault !== undefined) {
    refuseGrant(visit, clientId, fault ?? 'unknown')
    return
  }
  if (!(await parts.codes.take(code))) {
    refuseGrant(visit, clientId, 'used')
    return
  }
  const outcome = await withUpstream(parts.upstream, (client) =>
    exchange(client, parts.settings, { code, codeVerifier, nonce: binding.nonce }),
  )
  if (!outcome.ok) {
    // The upstream may not have looked at it; whether it is still good, it says itself.
    if (outcome.failure.kind === 'unavailable') await parts.codes.restore(code, binding)
    answerUpstreamFailure(visit, clientId, outcome.failure)
    return
  }
  const grant: TokenGrant = {
    clientId,
    grantType: 'authorization_code',
    scopes: binding.scopes,
  }
  const tokens = takeTokens(visit, outcome.value, grant)
  if (tokens === undefined) return
  const { refreshToken, scopes } = tokens
  if (refreshToken !== undefined) await parts.refreshTokens.bind(refreshToken, { clientId, scopes })
  await parts.clients.noteUse(clientId)
  sendTokens(visit, tokens, grant)
}

function faultOf(
  binding: CodeBinding,
  request: TokenRequest,
  clientId: string,
): GrantFault | undefined {
  if (binding.clientId !== clientId) return 'client'
  if (binding.redirectUri !== request.get('redirect_uri')) return 'redirect_uri'
  const codeVerifier = request.get('code_verifier') ?? ''
  // The upstream checks it too, where it knows PKCE.
  const challenge = hash('sha256', codeVerifier, 'base64url')
  const isRight = CODE_VERIFIER.test(codeVerifier) && challenge === binding.codeChallenge
  return isRight ? undefined : 'code_verifier'
}

/** What is sent along with a code. */
interface CodeProof {
  readonly code: string
  readonly codeVerifier: string
  readonly nonce: string
}

/** Adds this server's authentication as a client; the verifier is the client's own. */
async function exchange(
  { openid, configuration }: RemoteClient,
  { upstream, upstreamRedirectUri, resource, sendResource }: RelaySettings,
  { code, codeVerifier, nonce }: CodeProof,
): Promise<TokenEndpointResponse> {
  const callback = new URL(upstreamRedirectUri)
  callback.search = String(new URLSearchParams({ code, iss: upstream.issuer }))
  const checks = { pkceCodeVerifier: codeVerifier, expectedNonce: nonce, idTokenExpected: true }
  const parameters: Record<string, string> = sendResource.token ? { resource } : {}
  return openid.authorizationCodeGrant(configuration, callback, checks, parameters)
}
