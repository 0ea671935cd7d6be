import { accept, refuse } from '../token-failure.ts'
import { badAnswer } from './bad-answer.ts'
import type { AskAboutToken } from './remote-verifier.ts'
import {
  askProvider,
  type ProviderAnswer,
  readSubject,
  unexpectedStatus,
} from './userinfo-answer.ts'
import type { UserinfoSettings } from './userinfo-options.ts'

/**
 * Asks Google about a token, in the way of Google's own client library: by POST, with the token in
 * the header, so that it is in no URL.
 *
 * @see `OAuth2Client.getTokenInfo` of google-auth-library
 */
export function createGoogleCheck(
  settings: Extract<UserinfoSettings, { provider: 'google' }>,
): AskAboutToken {
  const { issuer, endpoint, clientId } = settings
  return async (token) => {
    const headers = {
      Accept: 'application/json',
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/x-www-form-urlencoded',
    }
    const answer = await askProvider(endpoint, { method: 'POST', headers, body: '' }, settings)
    if (isRefusal(answer)) return refuse('inactive')
    if (answer.status !== 200) throw unexpectedStatus(endpoint, answer)
    if (answer.body === undefined) throw badAnswer('userinfo', settings, 'no JSON object')

    const { aud, azp, exp, scope } = answer.body
    // The endpoint takes ID tokens too, whose `aud` is the same; they have an `iss` and no scope.
    if (typeof scope !== 'string' || answer.body['iss'] !== undefined) return refuse('token_use')
    if (aud !== clientId || (azp !== undefined && azp !== clientId)) return refuse('aud')
    const sub = readSubject(answer.body['sub'])
    // Google leaves it out where no scope is about the user.
    if (sub === undefined) return refuse('sub')
    return accept({ ...answer.body, iss: issuer, sub, client_id: clientId, exp: readNumber(exp) })
  }
}

function isRefusal({ status, body }: ProviderAnswer): boolean {
  if (status !== 400 && status !== 401) return false
  return body?.['error'] === 'invalid_token' || body?.['error_description'] === 'Invalid Value'
}

/** Google writes numbers as text. */
function readNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value
}
