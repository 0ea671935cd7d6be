import { UpstreamError } from '../errors/index.ts'
import { isSecureUrl } from '../oauth/index.ts'
import { fetchAnswer } from './fetch-answer.ts'
import type { FetchDocumentOptions } from './fetch-document.ts'

/** A request as `openid-client` makes it. */
export interface ClientRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** Options of {@link createClientFetch}. */
export interface ClientFetchOptions extends FetchDocumentOptions {
  /** Let the URL be http on this machine. */
  readonly allowInsecureLoopback: boolean
}

/**
 * The `fetch` of `openid-client`: {@link fetchAnswer}, for https alone. Where the insecure requests of
 * loopback are allowed, `openid-client` would allow them everywhere.
 *
 * @throws {UpstreamError} `ERR_UPSTREAM_METADATA_INVALID` for http, and what {@link fetchAnswer} throws
 */
export function createClientFetch({
  allowInsecureLoopback,
  ...options
}: ClientFetchOptions): (url: string, request: ClientRequest) => Promise<Response> {
  return async (input, { method, headers, body }) => {
    const url = new URL(input)
    if (!isSecureUrl(url, allowInsecureLoopback)) {
      const subject = `${method} ${url.origin}${url.pathname} (not https)`
      throw new UpstreamError('ERR_UPSTREAM_METADATA_INVALID', subject, { retryable: false })
    }
    const request = {
      method: method === 'POST' ? 'POST' : 'GET',
      headers,
      body: bodyText(body),
    } as const
    return fetchAnswer(input, request, options)
  }
}

function bodyText(body: unknown): string | undefined {
  if (body === undefined || body === null || typeof body === 'string') return body ?? undefined
  if (body instanceof URLSearchParams) return body.toString()
  throw new TypeError('createClientFetch sends texts and forms')
}
