import { ConfigError, DeniedError, UpstreamError } from '../errors/index.ts'
import type { Fetch } from '../http/index.ts'

/** Where requests of a credential may go, and with what beside it. */
export interface ApiFacts {
  readonly title: string
  readonly apiOrigins: ReadonlySet<string>
  readonly apiHeaders: Readonly<Record<string, string>>
  readonly fetch: Fetch
}

/** A request that may be sent more than once. */
export interface ApiRequest {
  readonly url: URL
  readonly init: RequestInit
  /** Whether the body can be sent again. */
  readonly isRepeatable: boolean
}

const MAX_REDIRECTS = 5
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** @throws {DeniedError} `ERR_DENIED_API_ORIGIN` */
export function createApiRequest(
  input: string | URL,
  init: RequestInit,
  { title, apiOrigins }: ApiFacts,
): ApiRequest {
  const url = URL.canParse(String(input)) ? new URL(input) : undefined
  const isAllowed =
    url !== undefined && apiOrigins.has(url.origin) && url.username === '' && url.password === ''
  if (!isAllowed) {
    throw new DeniedError('ERR_DENIED_API_ORIGIN', `${title} at ${url?.origin ?? 'no address'}`)
  }
  return { url, init, isRepeatable: isRepeatable(init.body) }
}

/**
 * Sends a request with the credential. Redirects are followed on the service's own origins; one that
 * leads elsewhere is the answer, and nothing is sent there.
 *
 * @param authorization Header fields that hold the credential; they win over the caller's.
 * @throws {UpstreamError} `ERR_UPSTREAM_UNREACHABLE`, without a cause: it could hold the request
 */
export async function sendApiRequest(
  { url, init }: ApiRequest,
  authorization: Readonly<Record<string, string>>,
  facts: ApiFacts,
): Promise<Response> {
  let hop: Hop = { url, method: init.method ?? 'GET', body: init.body ?? undefined }
  for (let followed = 0; ; followed += 1) {
    const response = await send(hop, init, authorization, facts)
    const target = init.redirect === 'manual' ? undefined : targetOf(response, hop.url, facts)
    const next = target && nextHop(hop, target, response.status)
    if (next === undefined || followed === MAX_REDIRECTS) return response
    await response.body?.cancel().catch(() => undefined)
    hop = next
  }
}

interface Hop {
  readonly url: URL
  readonly method: string
  readonly body: BodyInit | undefined
}

async function send(
  { url, method, body }: Hop,
  init: RequestInit,
  authorization: Readonly<Record<string, string>>,
  { title, apiHeaders, fetch }: ApiFacts,
): Promise<Response> {
  const headers = new Headers(apiHeaders)
  for (const [name, value] of new Headers(init.headers)) headers.set(name, value)
  for (const [name, value] of Object.entries(authorization)) headers.set(name, value)
  // What described a body that is not sent on.
  if (body === undefined)
    for (const name of ['content-type', 'content-length']) headers.delete(name)
  try {
    const request: RequestInit = {
      ...init,
      method,
      headers,
      redirect: 'manual',
      body: body ?? null,
    }
    return await fetch(url.href, request)
  } catch (error) {
    if (init.signal?.aborted === true) throw init.signal.reason
    if (error instanceof ConfigError) throw error
    const subject = `${title} at ${url.origin}`
    throw new UpstreamError('ERR_UPSTREAM_UNREACHABLE', subject, { retryable: true })
  }
}

function targetOf(
  { status, headers }: Response,
  base: URL,
  { apiOrigins }: ApiFacts,
): URL | undefined {
  const location = REDIRECTS.has(status) ? headers.get('location') : null
  if (location === null || !URL.canParse(location, base)) return undefined
  const target = new URL(location, base)
  return apiOrigins.has(target.origin) ? target : undefined
}

/** As the Fetch standard has it: 303, and 301 or 302 after a POST, become a GET without the body. */
function nextHop({ method, body }: Hop, url: URL, status: number): Hop | undefined {
  const isGet = method === 'GET' || method === 'HEAD'
  const becomesGet =
    (status === 303 && !isGet) || ((status === 301 || status === 302) && method === 'POST')
  if (becomesGet) return { url, method: 'GET', body: undefined }
  return isRepeatable(body) ? { url, method, body } : undefined
}

/** A stream is gone once it is sent. */
function isRepeatable(body: BodyInit | null | undefined): boolean {
  return !(body instanceof ReadableStream)
}
