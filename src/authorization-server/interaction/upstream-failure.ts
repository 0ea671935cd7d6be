import { sendPage } from '../http/send.ts'
import type { UpstreamFailure } from '../upstream/upstream.ts'
import type { Visit } from './exchange.ts'

interface Explanation {
  readonly status: number
  readonly cause: string
  readonly remedy: string
}

const EXPLANATIONS: Readonly<Record<UpstreamFailure['kind'], Explanation>> = {
  denied: {
    status: 403,
    cause: 'You were not signed in: you or your identity provider said no.',
    remedy: 'Try again, or ask whoever runs the identity provider for access.',
  },
  misconfigured: {
    status: 502,
    cause: 'The identity provider does not accept this server.',
    remedy: 'Tell whoever runs this server; you cannot mend it yourself.',
  },
  unavailable: {
    status: 503,
    cause: 'The identity provider cannot be reached at the moment.',
    remedy: 'Try again in a minute.',
  },
  refused: {
    status: 400,
    cause: 'The identity provider gave an answer that this server does not trust.',
    remedy: 'Try again. If it happens again, tell whoever runs this server.',
  },
}

/** Explains to the user why they are not signed in. What the upstream wrote is never shown. */
export function sendUpstreamFailure(
  visit: Visit,
  failure: UpstreamFailure,
  { upstream, retryPath }: { readonly upstream: string; readonly retryPath: string | undefined },
): void {
  noteFailedSignIn(visit, failure, upstream)
  const { parts, res, correlationId } = visit
  const page = parts.pages.error({ ...EXPLANATIONS[failure.kind], correlationId, retryPath })
  const headers: Record<string, string> =
    failure.kind === 'unavailable' ? { 'Retry-After': String(failure.retryAfterSeconds) } : {}
  sendPage(res, page, headers)
}

/** Tells the operator. */
export function noteFailedSignIn(
  { parts, correlationId }: Pick<Visit, 'correlationId' | 'parts'>,
  failure: UpstreamFailure,
  upstream: string,
): void {
  const { emit, clock } = parts.settings
  const reason = reasonOf(failure)
  emit({ type: 'sign_in.failed', correlationId, at: clock.now(), upstream, reason })
}

/** What the operator is told: the error code, where there is one to look up. */
function reasonOf(failure: UpstreamFailure): string {
  if (failure.kind === 'refused') return failure.reason
  return failure.kind === 'misconfigured' ? failure.error : failure.kind
}
