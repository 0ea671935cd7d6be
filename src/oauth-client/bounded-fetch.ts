import type { CustomFetch } from 'openid-client'
import { type ClientRequest, createClientFetch, type Fetch } from '../http/index.ts'
import { isObject } from '../runtime/index.ts'
import type { TokenAnswerParts, TokenDialect } from './token-dialect.ts'

const MAX_BYTES = 1_048_576
/** For the whole answer, the last byte included. */
export const TIMEOUT_SECONDS = 10

/** The `fetch` of `openid-client` for another server: answers of at most 1 MiB, in at most 10 s. */
export function createBoundedFetch({
  fetch,
  allowInsecureLoopback,
  dialect,
}: {
  readonly fetch: Fetch
  readonly allowInsecureLoopback: boolean
  readonly dialect?: TokenDialect | undefined
}): CustomFetch {
  const ask = createClientFetch({
    fetch,
    allowInsecureLoopback,
    timeoutMilliseconds: TIMEOUT_SECONDS * 1_000,
    maxBytes: MAX_BYTES,
  })
  return async (url, request) => {
    if (request.method !== 'POST') return ask(url, request)
    const { body } = request
    const parameters = body instanceof URLSearchParams ? body : new URLSearchParams()
    return formAnswer(await ask(url, inDialect(request, parameters, dialect)), parameters, dialect)
  }
}

function inDialect(
  request: ClientRequest,
  parameters: URLSearchParams,
  dialect: TokenDialect | undefined,
): ClientRequest {
  if (dialect?.request === undefined) return request
  return { method: request.method, ...dialect.request(parameters, request.headers) }
}

/**
 * What the token endpoint says. GitHub sends errors with status 200, and others send a challenge
 * beside the error (RFC 6749 §5.2), which `openid-client` would look at instead of it.
 */
async function formAnswer(
  answer: Response,
  parameters: URLSearchParams,
  dialect: TokenDialect | undefined,
): Promise<Response> {
  const headers = new Headers(answer.headers)
  headers.delete('www-authenticate')
  if (answer.body === null) return new Response(null, { status: answer.status, headers })
  const text = await answer.text()
  const body = parseBody(text)
  if (body === undefined) return new Response(text, { status: answer.status, headers })
  const said: TokenAnswerParts = { status: answer.status, body }
  const { status, body: read } = withoutHiddenError(dialect?.answer?.(said, parameters) ?? said)
  if (status === answer.status && read === body) return new Response(text, { status, headers })
  headers.set('content-type', 'application/json')
  return new Response(JSON.stringify(read), { status, headers })
}

function withoutHiddenError(answer: TokenAnswerParts): TokenAnswerParts {
  const { status, body } = answer
  const isHidden = status === 200 && typeof body['error'] === 'string' && !('access_token' in body)
  return isHidden ? { status: 400, body } : answer
}

function parseBody(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const body: unknown = JSON.parse(text)
    return isObject(body) ? body : undefined
  } catch {
    return undefined
  }
}
