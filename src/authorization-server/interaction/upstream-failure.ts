import { FAILED_SIGN_INS, sendPage } from '../../browser/index.ts'
import { failureReason, type RemoteFailure } from '../../oauth-client/index.ts'
import type { Visit } from './exchange.ts'

/** Explains to the user why they are not signed in. What the upstream wrote is never shown. */
export function sendUpstreamFailure(
  visit: Visit,
  failure: RemoteFailure,
  { upstream, retryPath }: { readonly upstream: string; readonly retryPath: string | undefined },
): void {
  noteFailedSignIn(visit, failure, upstream)
  const { parts, res, correlationId } = visit
  const page = parts.pages.error({ ...FAILED_SIGN_INS[failure.kind], correlationId, retryPath })
  const headers: Record<string, string> =
    failure.kind === 'unavailable' ? { 'Retry-After': String(failure.retryAfterSeconds) } : {}
  sendPage(res, page, headers)
}

/** Tells the operator. */
export function noteFailedSignIn(
  { parts, correlationId }: Pick<Visit, 'correlationId' | 'parts'>,
  failure: RemoteFailure,
  upstream: string,
): void {
  const { emit, clock, issuer } = parts.settings
  const reason = failureReason(failure)
  emit({ type: 'sign_in.failed', correlationId, at: clock.now(), issuer, upstream, reason })
}
