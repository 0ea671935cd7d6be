import {
  type Explanation,
  FAILED_SIGN_INS,
  SIGN_IN_OBSTACLES,
  START_AGAIN,
  sendPage,
  sendRedirect,
} from '../../browser/index.ts'
import { buildClientRedirect } from '../../oauth/index.ts'
import { failureReason, type RemoteFailure } from '../../oauth-client/index.ts'
import type { Visit } from '../visit.ts'
import type { AnswerTarget } from './authorization-request.ts'

/** Why a browser cannot go on. */
export type Obstacle = 'already_answered' | 'callback_unknown' | 'code_repeated' | 'form_forged'

const OBSTACLES: Readonly<Record<Obstacle, Explanation>> = {
  ...SIGN_IN_OBSTACLES,
  code_repeated: { ...FAILED_SIGN_INS.refused, remedy: START_AGAIN },
}

export function sendObstacle({ parts, res, correlationId }: Visit, obstacle: Obstacle): void {
  sendPage(res, parts.pages.error({ ...OBSTACLES[obstacle], correlationId }))
}

/** Refuses a request whose answer may go to nobody. */
export function sendBadRequest({ parts, res, correlationId }: Visit, cause: string): void {
  const remedy = 'Go back to your application and connect again, or tell its makers.'
  sendPage(res, parts.pages.error({ status: 400, cause, remedy, correlationId }))
}

/** Explains why nobody is signed in, and tells the operator. What the upstream wrote is not shown. */
export function sendUpstreamFailure(
  visit: Visit,
  failure: RemoteFailure,
  retryPath?: string,
): void {
  const { parts, res, correlationId } = visit
  noteFailedSignIn(visit, failure)
  const page = parts.pages.error({ ...FAILED_SIGN_INS[failure.kind], correlationId, retryPath })
  const headers: Record<string, string> =
    failure.kind === 'unavailable' ? { 'Retry-After': String(failure.retryAfterSeconds) } : {}
  sendPage(res, page, headers)
}

export function noteFailedSignIn({ parts, correlationId }: Visit, failure: RemoteFailure): void {
  const { emit, clock, issuer, upstream } = parts.settings
  const reason = failureReason(failure)
  const facts = { correlationId, at: clock.now(), issuer, upstream: upstream.name }
  emit({ type: 'sign_in.failed', ...facts, reason })
}

/** Redirects to the client, with its `state` and our `iss` (RFC 9207 §2). */
export function redirectToClient(
  { parts, res }: Visit,
  { redirectUri, state }: AnswerTarget,
  answer: readonly (readonly [name: 'code' | 'error', value: string])[],
): void {
  const { issuer } = parts.settings
  const own = state === undefined ? [] : [['state', state] as const]
  sendRedirect(res, buildClientRedirect(redirectUri, [...answer, ...own, ['iss', issuer]]))
}
