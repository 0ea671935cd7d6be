import { UpstreamError } from '../../errors/index.ts'
import type { Upstream } from '../../oauth-client/index.ts'

/**
 * Warms all upstreams up, whatever becomes of the others.
 *
 * @throws What one of them throws; sooner what trying again does not mend.
 */
export async function warmUpAll(upstreams: readonly Pick<Upstream, 'warmUp'>[]): Promise<void> {
  const outcomes = await Promise.allSettled(upstreams.map((upstream) => upstream.warmUp()))
  const errors: readonly unknown[] = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason] : [],
  )
  if (errors.length === 0) return
  throw errors.find((error) => !(error instanceof UpstreamError && error.retryable)) ?? errors[0]
}
