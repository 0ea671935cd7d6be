import { decodeProtectedHeader } from 'jose'
import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client'
import { matchesAccessTokenHash } from './at-hash.ts'
import type { RemoteClient } from './client-source.ts'
import { type RemoteOutcome, refuse, succeed } from './outcome.ts'
import type { UpstreamSettings } from './parse-upstream-options.ts'

type Claims = Readonly<Record<string, unknown>>
type TokenResponse = TokenEndpointResponse & TokenEndpointResponseHelpers

const MAX_SUBJECT_LENGTH = 1_024

/** Everything that the upstream says about the user, and the subject among it. */
export interface UpstreamSubject {
  readonly subject: string
  /** Which session of the user this is from, where the ID token says so. */
  readonly sessionId: string | undefined
  readonly claims: Claims
}

/**
 * Who has signed in: the subject of the verified ID token, whose claims win over those of the
 * UserInfo endpoint; or, for plain OAuth 2.0, what the API says about the token's user.
 *
 * @throws What the request to the UserInfo endpoint throws.
 */
export async function readIdentity(
  client: RemoteClient,
  settings: UpstreamSettings,
  response: TokenResponse,
): Promise<RemoteOutcome<UpstreamSubject>> {
  if (settings.kind === 'oauth') return readPlainIdentity(client, settings, response.access_token)
  const idToken = response.claims()
  if (idToken === undefined || !isIdTokenSound(response, idToken, settings.clientId)) {
    return refuse('id_token')
  }
  const subject = readSubject(idToken['sub'])
  if (subject === undefined) return refuse('subject')
  // No session has a longer name than a user.
  const sessionId = readSubject(idToken['sid'])
  if (!settings.userInfo) return succeed({ subject, sessionId, claims: idToken })
  const { openid, configuration } = client
  const userInfo = await openid.fetchUserInfo(configuration, response.access_token, subject)
  return succeed({ subject, sessionId, claims: { ...userInfo, ...idToken } })
}

/**
 * The checks of OIDC Core §3.1.3.7 that `openid-client` leaves to its caller: the authorized party
 * also of a token with one audience, and the hash of the access token.
 */
export function isIdTokenSound(
  { id_token, access_token }: TokenResponse,
  claims: Claims,
  clientId: string,
): boolean {
  if (claims['azp'] !== undefined && claims['azp'] !== clientId) return false
  const { alg } = decodeProtectedHeader(id_token ?? '')
  return matchesAccessTokenHash(claims['at_hash'], access_token, alg)
}

async function readPlainIdentity(
  { openid, configuration, metadata }: RemoteClient,
  { subjectClaim }: UpstreamSettings,
  accessToken: string,
): Promise<RemoteOutcome<UpstreamSubject>> {
  const url = new URL(metadata.userinfo_endpoint ?? '')
  const headers = new Headers({ accept: 'application/json' })
  const { fetchProtectedResource } = openid
  const answer = await fetchProtectedResource(configuration, accessToken, url, 'GET', null, headers)
  const claims = answer.status === 200 ? parseObject(await answer.text()) : undefined
  if (claims === undefined) return refuse('userinfo')
  const subject = readSubject(
    Object.hasOwn(claims, subjectClaim) ? claims[subjectClaim] : undefined,
  )
  return subject === undefined
    ? refuse('subject')
    : succeed({ subject, sessionId: undefined, claims })
}

function parseObject(text: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { ...value }
      : undefined
  } catch {
    return undefined
  }
}

/** A number beyond what JavaScript keeps apart could be another user's. */
function readSubject(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined
  if (typeof value !== 'string' || value === '' || value.length > MAX_SUBJECT_LENGTH) {
    return undefined
  }
  return /\p{Cc}/u.test(value) ? undefined : value
}
