import { UpstreamError } from '../../errors/index.ts'
import type { Emit } from '../../observability/index.ts'

/** Which endpoint has answered. */
export type RemoteEndpoint = 'introspect' | 'userinfo'

/**
 * The error for an answer that says neither "accepted" nor "refused"; the operator is told.
 *
 * @param detail Ours or a library's constant, nothing of the answer: it may hold tokens.
 */
export function badAnswer(
  endpoint: RemoteEndpoint,
  issuer: string,
  detail: string,
  emit: Emit,
): UpstreamError {
  const error = new UpstreamError('ERR_UPSTREAM_ANSWER_INVALID', `${issuer} (${detail})`, {
    retryable: true,
  })
  emit({ type: `${endpoint}.bad_response`, issuer, error })
  return error
}
