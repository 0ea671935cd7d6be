import type { CustomFetch } from 'openid-client'
import { createClientFetch, type Fetch } from '../../http/index.ts'

const MAX_BYTES = 1_048_576
/** For the whole answer, the last byte included. */
export const TIMEOUT_SECONDS = 10

/** The `fetch` of `openid-client` for an upstream: answers of at most 1 MiB, in at most 10 s. */
export function createBoundedFetch({
  fetch,
  allowInsecureLoopback,
}: {
  readonly fetch: Fetch
  readonly allowInsecureLoopback: boolean
}): CustomFetch {
  const ask = createClientFetch({
    fetch,
    allowInsecureLoopback,
    timeoutMilliseconds: TIMEOUT_SECONDS * 1_000,
    maxBytes: MAX_BYTES,
  })
  return async (url, request) => {
    const answer = await ask(url, request)
    return request.method === 'POST' ? formAnswer(answer) : answer
  }
}

/**
 * What the token endpoint says. GitHub sends errors with status 200, and others send a challenge
 * beside the error (RFC 6749 §5.2), which `openid-client` would look at instead of it.
 */
async function formAnswer(answer: Response): Promise<Response> {
  const headers = new Headers(answer.headers)
  headers.delete('www-authenticate')
  const text = await answer.text()
  const isHiddenError = answer.status === 200 && isErrorBody(text)
  if (isHiddenError) headers.set('content-type', 'application/json')
  const status = isHiddenError ? 400 : answer.status
  return new Response(answer.body === null ? null : text, { status, headers })
}

function isErrorBody(text: string): boolean {
  try {
    const body: unknown = JSON.parse(text)
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
