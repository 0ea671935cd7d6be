import type { CustomFetch } from 'openid-client'
import { UpstreamError } from '../../errors/index.ts'
import type { Fetch } from '../../http/index.ts'
import { isSecureUrl } from '../../oauth/index.ts'
import { readRetryAfter } from './retry-after.ts'

const MAX_BYTES = 1_048_576
/** For the whole answer, the last byte included; `openid-client` makes a signal of it. */
export const TIMEOUT_SECONDS = 10

/** An upstream that does not answer, or answers that it cannot now. */
export class UpstreamUnavailableError extends UpstreamError {
  /** Whether there was an answer. */
  readonly answered: boolean
  override readonly retryAfterSeconds: number

  constructor(
    code: 'ERR_UPSTREAM_STATUS' | 'ERR_UPSTREAM_TIMEOUT' | 'ERR_UPSTREAM_UNREACHABLE',
    subject: string,
    options: ErrorOptions & { readonly retryAfterSeconds: number; readonly answered: boolean },
  ) {
    super(code, subject, { ...options, retryable: true })
    this.answered = options.answered
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/**
 * The `fetch` of `openid-client`: answers of at most 1 MiB, read whole within the signal's time; no
 * redirect is followed, which would send code and secret again (RFC 9700 §4.12); 429 and 5xx are
 * errors of their own. No message has the query of a URL or anything of an answer.
 *
 * @throws {UpstreamError}
 */
export function createBoundedFetch({
  fetch,
  allowInsecureLoopback,
}: {
  readonly fetch: Fetch
  readonly allowInsecureLoopback: boolean
}): CustomFetch {
  return async (input, { method, headers, body, signal }) => {
    const url = new URL(input)
    const subject = `${method} ${url.origin}${url.pathname}`
    // With the insecure requests of loopback allowed, `openid-client` allows them everywhere.
    if (!isSecureUrl(url, allowInsecureLoopback)) {
      const options = { retryable: false }
      throw new UpstreamError('ERR_UPSTREAM_METADATA_INVALID', `${subject} (not https)`, options)
    }
    try {
      const init = { method, headers, body: body as BodyInit, redirect: 'manual' } as const
      const response = await fetch(input, {
        ...init,
        credentials: 'omit',
        ...(signal !== undefined && { signal }),
      })
      checkStatus(response, subject)
      const bytes = await readBytes(response, subject)
      return method === 'POST' ? formAnswer(response, bytes) : answer(response, bytes)
    } catch (cause) {
      if (cause instanceof UpstreamError) throw cause
      const code = signal?.aborted ? 'ERR_UPSTREAM_TIMEOUT' : 'ERR_UPSTREAM_UNREACHABLE'
      const options = { cause, retryAfterSeconds: 5, answered: false }
      throw new UpstreamUnavailableError(code, subject, options)
    }
  }
}

function checkStatus(response: Response, subject: string): void {
  const { status } = response
  const isRedirect = response.type === 'opaqueredirect' || Math.floor(status / 100) === 3
  const isTransient = status === 408 || status === 429 || status >= 500
  if (!isRedirect && !isTransient) return
  response.body?.cancel().catch(() => undefined)
  if (isRedirect) throw new UpstreamError('ERR_UPSTREAM_REDIRECT', subject, { retryable: false })
  const retryAfter = response.headers.get('retry-after')
  throw new UpstreamUnavailableError('ERR_UPSTREAM_STATUS', `${subject} (status ${status})`, {
    retryAfterSeconds: readRetryAfter(retryAfter, Date.now() / 1_000),
    answered: true,
  })
}

async function readBytes(response: Response, subject: string): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength
    // Leaving the loop cancels the body.
    if (length > MAX_BYTES) {
      throw new UpstreamError('ERR_UPSTREAM_TOO_LARGE', subject, { retryable: false })
    }
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

/**
 * What the token endpoint says. GitHub sends errors with status 200, and others send a challenge
 * beside the error (RFC 6749 §5.2), which `openid-client` would look at instead of it.
 */
function formAnswer(response: Response, bytes: Uint8Array<ArrayBuffer>): Response {
  const isHiddenError = response.status === 200 && isErrorBody(bytes)
  const plain = answer(response, bytes, isHiddenError ? 400 : response.status)
  plain.headers.delete('www-authenticate')
  if (isHiddenError) plain.headers.set('content-type', 'application/json')
  return plain
}

function answer(
  { status: original, headers: received }: Response,
  bytes: Uint8Array<ArrayBuffer>,
  status: number = original,
): Response {
  const headers = new Headers(received)
  for (const name of ['content-encoding', 'content-length']) headers.delete(name)
  const hasBody = status !== 204 && status !== 205
  return new Response(hasBody ? bytes : null, { status, headers })
}

function isErrorBody(bytes: Uint8Array): boolean {
  try {
    const body: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return (
      typeof body === 'object' &&
      body !== null &&
      'error' in body &&
      typeof body.error === 'string' &&
      !('access_token' in body)
    )
  } catch {
    return false
  }
}
