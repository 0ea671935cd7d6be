import { sendOAuthError } from '../../browser/index.ts'
import { readForm } from '../../http/index.ts'
import type { Upstream } from '../../oauth-client/index.ts'
import type { Visit } from '../interaction/exchange.ts'
import type { EndpointHandler } from '../listener.ts'
import type { Settings } from '../options/index.ts'
import type { SignOut } from '../sign-out.ts'
import { accountIdOf } from '../upstream/account-id.ts'
import type { Realms } from '../upstream/realms.ts'
import type { UpstreamSessions } from '../upstream/upstream-sessions.ts'
import { type LogoutToken, verifyLogoutToken } from './logout-token.ts'
import { createUsedLogoutTokens, type UsedLogoutTokens } from './used-logout-tokens.ts'

export interface BackchannelLogoutOptions
  extends Pick<Settings, 'clock' | 'emit' | 'issuer' | 'storage'> {
  readonly realms: Pick<Realms, 'byName'>
  readonly sessions: UpstreamSessions
  readonly signOut: SignOut
  /** Notes that what came from the address of a request was refused. */
  readonly noteFailure: (req: object) => void
}

const PREFIX = '/backchannel-logout/'

/**
 * Creates the endpoint that an upstream tells of users whom it has signed out: all that they have here
 * ends. A session is not ended apart from others of its user: what came of it lives on in clients,
 * for months, and nobody would look for it there.
 *
 * @see [Back-Channel Logout §2.8](https://openid.net/specs/openid-connect-backchannel-1_0.html#BCResponse)
 */
export function createBackchannelLogout(options: BackchannelLogoutOptions): EndpointHandler {
  const { realms, clock, emit, issuer, storage, noteFailure } = options
  const used = createUsedLogoutTokens(storage, issuer)
  return async (visit, path) => {
    const { res, correlationId } = visit
    const upstream = realms.byName(path.slice(PREFIX.length))?.upstream
    if (upstream === undefined) {
      sendOAuthError(res, 404, 'invalid_request')
      return
    }
    const facts = { correlationId, at: clock.now(), issuer, upstream: upstream.name }
    const ended = await endAccess(await readLogoutToken(visit), upstream, {
      ...options,
      used,
    }).catch((error: unknown): Ended => ({ ok: false, reason: 'failed', error: errorOf(error) }))
    if (ended.ok) {
      emit({ type: 'backchannel_logout.done', ...facts, subject: ended.accountId })
      res.writeHead(200, { 'Cache-Control': 'no-store', 'Content-Length': '0' }).end()
    } else if (ended.error !== undefined) {
      const { error } = ended
      emit({ type: 'authorization_server.error', correlationId, at: clock.now(), error })
      // 400 for a logout that has failed too, and not 503, has the specification.
      sendOAuthError(res, 400, 'temporarily_unavailable')
    } else {
      noteFailure(visit.req)
      emit({ type: 'backchannel_logout.refused', ...facts, reason: ended.reason })
      sendOAuthError(res, 400, 'invalid_request')
    }
  }
}

type Ended =
  | { readonly ok: true; readonly accountId: string | undefined }
  | { readonly ok: false; readonly reason: string; readonly error?: Error }

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

async function readLogoutToken({ req }: Visit): Promise<string | undefined> {
  const [token, second] = (await readForm(req))?.getAll('logout_token') ?? []
  return second === undefined ? token : undefined
}

async function endAccess(
  token: string | undefined,
  upstream: Upstream,
  {
    used,
    clock,
    sessions,
    signOut,
    issuer: ownIssuer,
  }: BackchannelLogoutOptions & { readonly used: UsedLogoutTokens },
): Promise<Ended> {
  if (token === undefined) return { ok: false, reason: 'request' }
  const checked = await verifyLogoutToken(token, upstream, clock.now())
  if (!checked.ok) return checked
  const { jti, usableUntil } = checked.value
  const { issuer } = upstream
  if (!(await used.claim({ issuer, jti }))) return { ok: false, reason: 'replayed' }
  try {
    const accountId = await findAccount(checked.value, issuer, sessions)
    if (accountId !== undefined) await signOut({ issuer: ownIssuer, subject: accountId })
    await used.use({ issuer, jti }, usableUntil - clock.now())
    return { ok: true, accountId }
  } catch (error) {
    await used.forget({ issuer, jti }).catch(() => undefined)
    throw error
  }
}

async function findAccount(
  { subject, sessionId }: LogoutToken,
  issuer: string,
  sessions: UpstreamSessions,
): Promise<string | undefined> {
  if (subject !== undefined) return accountIdOf({ issuer, subject })
  return sessionId === undefined ? undefined : sessions.find({ issuer, sessionId })
}
