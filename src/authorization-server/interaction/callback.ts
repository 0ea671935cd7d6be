import { sendRedirect } from '../../browser/index.ts'
import type { TakenAttempt, Upstream, UpstreamIdentity } from '../../oauth-client/index.ts'
import type { SignIn } from '../upstream/sign-ins.ts'
import type { UpstreamSessions } from '../upstream/upstream-sessions.ts'
import type { UpstreamTokenVault } from '../upstream/upstream-tokens.ts'
import { sendErrorPage } from './error-page.ts'
import type { Visit } from './exchange.ts'
import { noteFailedSignIn, sendUpstreamFailure } from './upstream-failure.ts'
import type { UpstreamSignInParts } from './upstream-sign-in.ts'

const PREFIX = '/callback/'

/** What a callback works with. */
export interface CallbackParts extends UpstreamSignInParts {
  readonly vault: UpstreamTokenVault
  readonly sessions: UpstreamSessions
}

/**
 * Takes the user back from the upstream: `/callback/<name>`, which is fixed, so that upstreams can
 * compare it exactly. It sees no cookie of the interaction, only that of the sign-in; state, browser
 * and upstream have to be those that the sign-in was begun with, and it is finished once.
 */
export function createCallbackHandler(
  callback: CallbackParts,
): (visit: Visit, path: string) => Promise<void> {
  const { realms, signIns } = callback
  return async (visit, path) => {
    const upstream = realms.byName(path.slice(PREFIX.length))?.upstream
    const { searchParams: parameters } = new URL(visit.req.url ?? '', visit.parts.settings.issuer)
    const [state, secondState] = parameters.getAll('state')
    if (upstream === undefined || state === undefined || secondState !== undefined) {
      sendErrorPage(visit, 'callback_unknown')
      return
    }
    const found = await signIns.find({
      state,
      upstream: upstream.name,
      cookieHeader: visit.req.headers.cookie,
      correlationId: visit.correlationId,
    })
    const taken = found.ok ? await signIns.take(found.signIn) : undefined
    if (!found.ok || taken === undefined) sendErrorPage(visit, 'callback_unknown')
    else await finishSignIn(visit, { ...callback, upstream, parameters, taken }, found.signIn)
  }
}

/** A callback whose sign-in was found. */
interface Finishing extends CallbackParts {
  readonly upstream: Upstream
  readonly parameters: URLSearchParams
  readonly taken: TakenAttempt
}

async function finishSignIn(
  visit: Visit,
  finishing: Finishing,
  { uid, attempt }: SignIn,
): Promise<void> {
  const { upstream, parameters, taken } = finishing
  const { parts, res } = visit
  const { mountPath } = parts.settings
  const basePath = `${mountPath}/interaction/${uid}`
  const outcome = await upstream.finish({ parameters, attempt })
  if (outcome.ok) {
    const accountId = await keepIdentity(visit, finishing, outcome.value)
    if (await parts.steps.signIn(uid, accountId)) sendRedirect(res, `${basePath}/signed-in`)
    else sendErrorPage(visit, 'not_allowed_yet')
    return
  }
  const { failure } = outcome
  if (failure.kind === 'denied' && (await parts.steps.deny(uid))) {
    noteFailedSignIn(visit, failure, upstream.name)
    sendRedirect(res, `${basePath}/signed-in`)
  } else if (failure.kind === 'unavailable' && !failure.answered) {
    // Reloading this page tries again; where the code has been used, the upstream says so.
    await taken.restore()
    sendUpstreamFailure(visit, failure, { upstream: upstream.name, retryPath: undefined })
  } else {
    sendUpstreamFailure(visit, failure, { upstream: upstream.name, retryPath: basePath })
  }
}

async function keepIdentity(
  { parts, correlationId }: Visit,
  { realms, upstream, vault, sessions }: Finishing,
  { issuer, subject, sessionId, claims, tokens }: UpstreamIdentity,
): Promise<string> {
  const { name } = upstream
  const accountId = await parts.users.save({
    issuer,
    subject,
    upstream: name,
    claims: realms.believed(upstream, claims),
  })
  await vault.save({ accountId, upstream: name, subject }, tokens)
  if (sessionId !== undefined) await sessions.note({ issuer, sessionId, accountId })
  const { emit, clock, issuer: own } = parts.settings
  const facts = { correlationId, at: clock.now(), issuer: own, upstream: name }
  emit({ type: 'sign_in.done', ...facts, subject: accountId })
  return accountId
}
