import { UpstreamError } from '../errors/index.ts'
import { readAnswerText } from './answer-text.ts'
import { type FetchDocumentOptions, platformFetch } from './fetch-document.ts'
import { readRetryAfter } from './retry-after.ts'

/** What is sent: a token or a secret is in it, so the URL must be one that may have them. */
export interface AnswerRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

/**
 * Sends one request with credentials to a URL that the configuration or checked metadata names, and
 * reads its answer whole.
 *
 * A redirect is refused: with 307 the platform would send the body to another host (RFC 9700
 * §4.12). So is an answer that says "later": 408, 429 and 5xx. Every other status is the caller's.
 * It does NOT check the URL; the caller did. No message has its query or anything of the answer.
 *
 * @throws {UpstreamError} `ERR_UPSTREAM_UNREACHABLE`, `_TIMEOUT`, `_TOO_LARGE`, `_REDIRECT`, and
 *   `_STATUS`, with the seconds of its `Retry-After`
 */
export async function fetchAnswer(
  url: string,
  { method, headers, body }: AnswerRequest,
  options: FetchDocumentOptions = {},
): Promise<Response> {
  const { fetch = platformFetch, timeoutMilliseconds = 5_000, maxBytes = 262_144 } = options
  const { origin, pathname } = new URL(url)
  const subject = `${method} ${origin}${pathname}`
  const signal = AbortSignal.timeout(timeoutMilliseconds)
  try {
    const response = await fetch(url, {
      method,
      headers,
      ...(body !== undefined && { body }),
      redirect: 'manual',
      credentials: 'omit',
      signal,
    })
    refuseStatus(response, subject)
    return wholeAnswer(response, await readAnswerText(response, maxBytes, subject))
  } catch (error) {
    if (error instanceof UpstreamError) throw error
    const code = signal.aborted ? 'ERR_UPSTREAM_TIMEOUT' : 'ERR_UPSTREAM_UNREACHABLE'
    throw new UpstreamError(code, subject, { cause: error, retryable: true })
  }
}

function refuseStatus({ status, type, body, headers }: Response, subject: string): void {
  const isRedirect = type === 'opaqueredirect' || Math.floor(status / 100) === 3
  const isOutage = status === 408 || status === 429 || status >= 500
  if (!isRedirect && !isOutage) return
  body?.cancel().catch(() => undefined)
  throw new UpstreamError(
    isRedirect ? 'ERR_UPSTREAM_REDIRECT' : 'ERR_UPSTREAM_STATUS',
    `${subject} (status ${status})`,
    {
      retryable: isOutage,
      retryAfterSeconds: isOutage
        ? readRetryAfter(headers.get('retry-after'), Date.now() / 1_000)
        : undefined,
    },
  )
}

function wholeAnswer({ status, headers: received }: Response, text: string): Response {
  const headers = new Headers(received)
  for (const name of ['content-encoding', 'content-length']) headers.delete(name)
  const hasBody = status !== 204 && status !== 205
  return new Response(hasBody ? text : null, { status, headers })
}
