import { isObject, isStringList } from '../../runtime/index.ts'
import { accept, refuse } from '../token-failure.ts'
import { badAnswer } from './bad-answer.ts'
import type { AskAboutToken } from './remote-verifier.ts'
import { askProvider, readSubject, unexpectedStatus } from './userinfo-answer.ts'
import type { UserinfoSettings } from './userinfo-options.ts'

/**
 * Asks GitHub whether a token is one of our app's: 404 is GitHub's word for one of another app, one
 * that is revoked, and one that never was.
 *
 * @see [Check a token](https://docs.github.com/en/rest/apps/oauth-applications#check-a-token)
 */
export function createGithubCheck(
  settings: Extract<UserinfoSettings, { provider: 'github' }>,
): AskAboutToken {
  const { issuer, endpoint, clientId, clientSecret, lifetimeSeconds, clock } = settings
  const headers = {
    Accept: 'application/vnd.github+json',
    Authorization: `Basic ${encodeBasic(`${clientId}:${clientSecret}`)}`,
    'Content-Type': 'application/json',
    // GitHub answers nobody without it.
    'User-Agent': 'mcp-gatehouse',
    'X-GitHub-Api-Version': '2022-11-28',
  }
  return async (token) => {
    const now = clock.now()
    const body = JSON.stringify({ access_token: token })
    const answer = await askProvider(endpoint, { method: 'POST', headers, body }, settings)
    if (answer.status === 404) return refuse('inactive')
    if (answer.status !== 200) throw unexpectedStatus(endpoint, answer)

    const { app, user, scopes, expires_at: expiresAt = null } = answer.body ?? {}
    const sub = isObject(user) ? readSubject(user['id']) : undefined
    const exp = expiresAt === null ? now + lifetimeSeconds : readInstant(expiresAt)
    if (!isObject(app) || !isObject(user) || sub === undefined || exp === undefined) {
      throw badAnswer('userinfo', settings, 'app, user or expires_at')
    }
    if (app['client_id'] !== clientId) return refuse('aud')
    return accept({
      iss: issuer,
      aud: clientId,
      sub,
      exp,
      client_id: clientId,
      // A GitHub App has permissions instead, which this answer does not name.
      scope: isStringList(scopes) ? scopes.join(' ') : '',
      preferred_username: user['login'],
      picture: user['avatar_url'],
    })
  }
}

function encodeBasic(credentials: string): string {
  return btoa(String.fromCodePoint(...new TextEncoder().encode(credentials)))
}

function readInstant(value: unknown): number | undefined {
  const milliseconds = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1_000)
}
