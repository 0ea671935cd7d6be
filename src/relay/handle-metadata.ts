import { RETRY_AFTER_SECONDS } from '../browser/index.ts'
import { failureReason } from '../oauth-client/index.ts'
import { buildMetadata } from './metadata.ts'
import { sendJson } from './send-json.ts'
import { withUpstream } from './upstream-call.ts'
import type { Visit } from './visit.ts'

/** Publishes the metadata: the operator's own document, or the upstream's with what is ours. */
export async function handleMetadata(visit: Visit): Promise<void> {
  const { parts, res, correlationId } = visit
  const { settings, upstream } = parts
  if (settings.metadata !== undefined) {
    sendJson(res, 200, settings.metadata)
    return
  }
  const outcome = await withUpstream(upstream, ({ metadata }) => buildMetadata(metadata, settings))
  if (outcome.ok) {
    sendJson(res, 200, outcome.value)
    return
  }
  const { failure } = outcome
  const { emit, clock } = settings
  const at = clock.now()
  const reason = failureReason(failure)
  emit({
    type: 'relay.upstream_failed',
    correlationId,
    at,
    upstream: settings.upstream.name,
    reason,
  })
  const seconds = failure.kind === 'unavailable' ? failure.retryAfterSeconds : RETRY_AFTER_SECONDS
  sendJson(res, 503, { error: 'temporarily_unavailable' }, { 'Retry-After': String(seconds) })
}
