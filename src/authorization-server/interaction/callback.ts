import { sendRedirect } from '../http/send.ts'
import type { SignIn, TakenSignIn } from '../upstream/sign-ins.ts'
import type { UpstreamIdentity } from '../upstream/upstream.ts'
import type { UpstreamTokenVault } from '../upstream/upstream-tokens.ts'
import { sendErrorPage } from './error-page.ts'
import type { Visit } from './exchange.ts'
import { noteFailedSignIn, sendUpstreamFailure } from './upstream-failure.ts'
import type { UpstreamSignInParts } from './upstream-sign-in.ts'

/** What a callback works with. */
export interface CallbackParts extends UpstreamSignInParts {
  readonly vault: UpstreamTokenVault
}

/**
 * Takes the user back from the upstream: `/callback/<name>`, which is fixed, so that upstreams can
 * compare it exactly. It sees no cookie of the interaction, only that of the sign-in; state, browser
 * and upstream have to be those that the sign-in was begun with, and it is finished once.
 */
export function createCallbackHandler(
  callback: CallbackParts,
): (visit: Visit, path: string) => Promise<void> {
  const { upstream, signIns } = callback
  return async (visit, path) => {
    const { searchParams: parameters } = new URL(visit.req.url ?? '', visit.parts.settings.issuer)
    const [state, secondState] = parameters.getAll('state')
    if (path !== `/callback/${upstream.name}` || state === undefined || secondState !== undefined) {
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
    else await finishSignIn(visit, callback, parameters, found.signIn, taken)
  }
}

async function finishSignIn(
  visit: Visit,
  { upstream, vault }: CallbackParts,
  parameters: URLSearchParams,
  { uid, attempt }: SignIn,
  taken: TakenSignIn,
): Promise<void> {
  const { parts, res } = visit
  const { mountPath } = parts.settings
  const basePath = `${mountPath}/interaction/${uid}`
  const outcome = await upstream.finish({ parameters, attempt })
  if (outcome.ok) {
    const accountId = await keepIdentity(visit, vault, upstream.name, outcome.value)
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
  vault: UpstreamTokenVault,
  upstream: string,
  { issuer, subject, claims, tokens }: UpstreamIdentity,
): Promise<string> {
  const accountId = await parts.users.save({ issuer, subject, upstream, claims })
  await vault.save({ accountId, upstream, subject }, tokens)
  const { emit, clock } = parts.settings
  emit({ type: 'sign_in.done', correlationId, at: clock.now(), upstream, subject: accountId })
  return accountId
}
