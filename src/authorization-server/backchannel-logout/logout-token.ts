import type { Upstream } from '../../oauth-client/index.ts'
import { isObject } from '../../runtime/index.ts'
import { ASYMMETRIC_ALGORITHMS, createJwtVerifier } from '../../verifiers/index.ts'

/** What an upstream says with a logout token. */
export interface LogoutToken {
  readonly jti: string
  /** Nobody takes the token from this instant on, in seconds since the epoch. */
  readonly usableUntil: number
  readonly subject: string | undefined
  readonly sessionId: string | undefined
}

/** What has come of a token; `reason` is the exact cause. */
export type CheckedLogoutToken =
  | { readonly ok: true; readonly value: LogoutToken }
  | { readonly ok: false; readonly reason: string }

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
/**
 * `typ` is only recommended, and older providers write none, or `JWT`. Every other kind of token has
 * a value of its own (RFC 8725 §3.11), and an ID token, which has none, lacks the event.
 */
const TYPES: ReadonlySet<string | undefined> = new Set(['logout+jwt', 'jwt', undefined])
const LEEWAY_SECONDS = 30
/** A token is sent when it is made; one that has lain somewhere for longer is not taken. */
const MAX_AGE_SECONDS = 600

/**
 * Verifies a logout token: signed by the upstream with a key that it publishes, for this server, new,
 * and about a user or a session. It does NOT find out whether it was used before.
 *
 * @throws {UpstreamError} where the keys cannot be read
 * @see [Back-Channel Logout §2.6](https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation)
 */
export async function verifyLogoutToken(
  token: string,
  { issuer, clientId, keys }: Pick<Upstream, 'clientId' | 'issuer' | 'keys'>,
  now: number,
): Promise<CheckedLogoutToken> {
  const published = await keys()
  if (published === undefined) return refuse('unsupported')
  const trusted = {
    issuer,
    keys: published,
    algorithms: new Set(ASYMMETRIC_ALGORITHMS),
    requireAtJwt: false,
    allowKeyTrial: true,
  }
  const verified = await createJwtVerifier([trusted], TYPES).verify(token)
  if (!verified.ok) return refuse(verified.reason)
  return checkClaims(verified.value.claims, clientId, now)
}

function checkClaims(
  claims: Readonly<Record<string, unknown>>,
  clientId: string,
  now: number,
): CheckedLogoutToken {
  const { aud, iat, exp, jti, nonce, sub, sid, events } = claims
  if (!(Array.isArray(aud) ? aud : [aud]).includes(clientId)) return refuse('aud')
  if (typeof iat !== 'number' || iat > now + LEEWAY_SECONDS || iat < now - MAX_AGE_SECONDS) {
    return refuse('iat')
  }
  // Required since the first errata; providers from before send none.
  if (exp !== undefined && !(typeof exp === 'number' && exp > now - LEEWAY_SECONDS)) {
    return refuse('exp')
  }
  if (!isObject(events) || !Object.hasOwn(events, EVENT) || !isObject(events[EVENT])) {
    return refuse('events')
  }
  // Nobody can pass an ID token off as a logout token, or the other way round.
  if (nonce !== undefined) return refuse('nonce')
  if (!isName(jti)) return refuse('jti')
  if (![sub, sid].every((name) => name === undefined || isName(name))) return refuse('sub')
  const [subject, sessionId] = [sub, sid].map((name) => (isName(name) ? name : undefined))
  if (subject === undefined && sessionId === undefined) return refuse('sub')
  const usableUntil = Math.ceil(iat) + MAX_AGE_SECONDS
  return { ok: true, value: { jti, usableUntil, subject, sessionId } }
}

function refuse(reason: string): CheckedLogoutToken {
  return { ok: false, reason }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 1_024
}
