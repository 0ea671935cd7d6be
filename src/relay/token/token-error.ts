import { RETRY_AFTER_SECONDS } from '../../browser/index.ts'
import { failureReason, type RemoteFailure } from '../../oauth-client/index.ts'
import { sendJson } from '../send-json.ts'
import type { Visit } from '../visit.ts'

/** Why a grant is refused; the client is told the error alone. */
export type GrantFault =
  | 'unknown'
  | 'client'
  | 'redirect_uri'
  | 'code_verifier'
  | 'used'
  | 'upstream'

/** Refuses a grant (RFC 6749 §5.2), and tells the operator why. */
export function refuseGrant(
  { parts, res, correlationId }: Visit,
  clientId: string,
  reason: GrantFault,
): void {
  const { emit, clock } = parts.settings
  emit({ type: 'relay.grant_refused', correlationId, at: clock.now(), clientId, reason })
  sendJson(res, 400, { error: 'invalid_grant' })
}

/**
 * Answers what went wrong at the upstream. It is never `invalid_client`, which is between the upstream
 * and this server, and never `invalid_grant` for an outage: clients throw away what they have.
 */
export function answerUpstreamFailure(
  visit: Visit,
  clientId: string,
  failure: RemoteFailure,
): void {
  const isOver =
    failure.kind === 'denied' || (failure.kind === 'refused' && failure.reason === 'grant')
  if (isOver) {
    refuseGrant(visit, clientId, 'upstream')
    return
  }
  const { parts, res, correlationId } = visit
  const { emit, clock, upstream } = parts.settings
  const reason = failureReason(failure)
  const facts = { correlationId, at: clock.now(), upstream: upstream.name, reason }
  emit({ type: 'relay.upstream_failed', ...facts })
  const seconds = failure.kind === 'unavailable' ? failure.retryAfterSeconds : RETRY_AFTER_SECONDS
  const headers = { 'Retry-After': String(seconds) }
  sendJson(res, 503, { error: 'temporarily_unavailable' }, headers)
}
