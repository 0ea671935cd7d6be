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
 * Asks a userinfo endpoint who a token is for, and the user's function whether it is for us.
 *
 * A signed or encrypted answer (OIDC Core §5.3.2) is none that can be read: ask for JSON.
 */
export function createUserinfoCheck(
  settings: Extract<UserinfoSettings, { provider: 'generic' }>,
): AskAboutToken {
  const { issuer, endpoint, audience, subjectClaim, lifetimeSeconds, clock } = settings
  return async (token) => {
    const now = clock.now()
    const headers = { Accept: 'application/json', Authorization: `Bearer ${token}` }
    const answer = await askProvider(endpoint, { method: 'GET', headers }, settings)
    if (isRefusal(answer)) return refuse('inactive')
    if (answer.status !== 200) throw unexpectedStatus(endpoint, answer)

    const { body } = answer
    const sub = readSubject(body?.[subjectClaim])
    if (body === undefined || sub === undefined) {
      throw badAnswer('userinfo', settings, `no ${subjectClaim}`)
    }
    // `true` and nothing else: a function that forgets to answer has proven nothing.
    const isProven: unknown = await settings.provesAudience(body, token)
    if (isProven !== true) return refuse('aud')
    return accept({ ...body, iss: issuer, aud: audience, sub, exp: now + lifetimeSeconds })
  }
}

/** 403 alone is also how providers limit rates; with this error it is about the token. */
function isRefusal({ status, headers }: ProviderAnswer): boolean {
  if (status === 401) return true
  const challenge = headers.get('www-authenticate') ?? ''
  return status === 403 && /\berror="?insufficient_scope\b/.test(challenge)
}
