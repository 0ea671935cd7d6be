import type { ConnectionAttempt } from '../connection-attempts.ts'
import type { ConnectionsCore } from '../connections.ts'
import type { OAuthService } from '../service.ts'
import { redirect } from './answers.ts'
import { failureAnswer, obstacleAnswer } from './obstacles.ts'
import type { PageAnswer } from './page-request.ts'
import type { UserVisit, Visit } from './visit.ts'

/**
 * `/connect/<service>/callback`: takes the user back from the service. State, browser, service and
 * user have to be those that it was begun with, and it is finished once. An account that the user
 * has not connected before is kept only after they have said that it is theirs.
 */
export async function finishAtService(visit: Visit, name: string): Promise<PageAnswer> {
  const { parts, request, correlationId } = visit
  const { core, sessions } = parts
  const service = core.settings.services.get(name)
  const [state, another] = request.query.getAll('state')
  if (service?.kind !== 'oauth') return obstacleAnswer(visit, 'page_not_found')
  if (state === undefined || another !== undefined) return obstacleAnswer(visit, 'callback_unknown')
  const { cookieHeader } = request
  const found = await core.attempts.find({ state, service: name, cookieHeader, correlationId })
  if (!found.ok) {
    const isOther = found.reason === 'browser_mismatch'
    return obstacleAnswer(visit, isOther ? 'callback_other_browser' : 'callback_unknown')
  }
  const { attempt } = found
  const session = await sessions.find(cookieHeader)
  if (session === undefined || session.owner.id !== attempt.owner.id) {
    return obstacleAnswer(visit, 'callback_other_browser')
  }
  // Another tab was faster: what it has connected stays.
  const isAsked = await isStillAsked(core, attempt)
  if (!isAsked || !(await core.attempts.take(attempt)))
    return obstacleAnswer(visit, 'callback_unknown')
  return finish({ ...visit, session }, service, attempt)
}

async function finish(
  visit: UserVisit,
  service: OAuthService,
  { attempt, requestId, clientId }: ConnectionAttempt,
): Promise<PageAnswer> {
  const { parts, request, session } = visit
  const { core, paths } = parts
  const { owner } = session
  const outcome = await service.finish({ parameters: request.query, attempt })
  const here = `${paths.connect}/${service.name}`
  const mark = requestId === undefined ? '' : `?id=${requestId}`
  if (!outcome.ok) {
    const { failure } = outcome
    if (failure.kind !== 'denied') return failureAnswer(visit, failure, here + mark)
    if (requestId !== undefined) await core.requests.settle(owner, requestId, 'declined')
    return redirect(`${here}/done${mark}`)
  }
  const { tokens, account } = outcome.value
  const present = await core.vault.find(owner, service.name)
  if (present !== undefined && account.id !== '' && present.account.id === account.id) {
    await core.vault.save(owner, service.name, { kind: 'oauth', tokens, account, clientId })
    return redirect(`${here}/done${mark}`)
  }
  const held = { tokens, account, owner, service: service.name, requestId, clientId }
  return redirect(`${here}/confirm?held=${await core.held.hold(held)}`)
}

/** Whether nobody has answered the request since. */
export async function isStillAsked(
  { requests }: ConnectionsCore,
  { owner, requestId }: Pick<ConnectionAttempt, 'owner' | 'requestId'>,
): Promise<boolean> {
  if (requestId === undefined) return true
  return (await requests.get(owner, requestId))?.outcome === 'pending'
}
