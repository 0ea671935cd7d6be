import { UpstreamError } from '../../errors/index.ts'
import type { RemoteSettings } from './remote-options.ts'

/** Which endpoint has answered. */
export type RemoteEndpoint = 'introspect' | 'userinfo'

/**
 * The error for an answer that says neither "accepted" nor "refused"; the operator is told.
 *
 * @param detail Ours or a library's constant, nothing of the answer: it may hold tokens.
 */
export function badAnswer(
  endpoint: RemoteEndpoint,
  { issuer, emit, clock }: Pick<RemoteSettings, 'clock' | 'emit'> & { readonly issuer: string },
  detail: string,
): UpstreamError {
  const error = new UpstreamError('ERR_UPSTREAM_ANSWER_INVALID', `${issuer} (${detail})`, {
    retryable: true,
  })
  emit({ type: `${endpoint}.bad_response`, at: clock.now(), issuer, error })
  return error
}
