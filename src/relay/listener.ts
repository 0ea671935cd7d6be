import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  allowEveryOrigin,
  PRIVATE_HEADERS,
  RETRY_AFTER_SECONDS,
  sendPage,
  setHeaders,
} from '../browser/index.ts'
import { StorageError, UpstreamError } from '../errors/index.ts'
import { clientAddress, splitTarget } from '../http/index.ts'
import { randomId } from '../runtime/index.ts'
import { CORS_ENDPOINTS, type Endpoint, findEndpoint, METHODS } from './routes.ts'
import { sendJson } from './send-json.ts'
import type { RelayParts, Visit } from './visit.ts'

/**
 * Handles the requests that are of the relay. All others go to `next`; without one they are answered
 * 404.
 */
export type RelayHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  next?: (error?: unknown) => void,
) => Promise<void>

/** Handles one endpoint. */
export type EndpointHandler = (visit: Visit) => Promise<void>

export function createListener(
  parts: RelayParts,
  handlers: Readonly<Partial<Record<Endpoint, EndpointHandler>>>,
): RelayHandler {
  const { mountPath, upstream } = parts.settings
  return async (req, res, next) => {
    const { path, query } = splitTarget(req)
    const endpoint = findEndpoint(path, mountPath, upstream.name)
    const handler = endpoint && handlers[endpoint]
    if (endpoint === undefined || handler === undefined) {
      if (next === undefined) res.writeHead(404).end()
      else next()
      return
    }
    const address = addressOf(req, parts.settings.trustedProxyHops)
    const visit = { parts, req, res, query, correlationId: randomId(), address }
    try {
      if (!isToBeHandled(visit, endpoint)) return
      if (!(await isLimited(visit, endpoint))) await handler(visit)
    } catch (error) {
      answerFault(visit, endpoint, error)
    }
  }
}

/** Sets what every answer of an endpoint has. @returns Whether the answer is still to be given. */
function isToBeHandled({ req, res }: Visit, endpoint: Endpoint): boolean {
  const method = METHODS[endpoint]
  const methods = method === 'GET' ? ['GET', 'HEAD'] : [method]
  if (!CORS_ENDPOINTS.has(endpoint)) setHeaders(res, PRIVATE_HEADERS)
  else if (allowEveryOrigin(req, res, methods)) return false
  if (methods.includes(req.method ?? '')) return true
  res.writeHead(405, { Allow: methods.join(', ') }).end()
  return false
}

/** Answers 429 where the address has asked too often. @returns Whether it has. */
async function isLimited(visit: Visit, endpoint: Endpoint): Promise<boolean> {
  const { parts, res, correlationId, address } = visit
  const { emit, clock } = parts.settings
  const exceeded = await parts.limits.check(endpoint, address)
  if (exceeded === undefined) return false
  const limit = exceeded.rule
  const at = clock.now()
  emit({ type: 'authorization_server.limited', correlationId, at, endpoint, limit, address })
  if (CORS_ENDPOINTS.has(endpoint)) {
    sendJson(res, 429, { error: 'temporarily_unavailable' }, exceeded.headers)
    return true
  }
  const cause = 'There were too many requests from your network.'
  const remedy = `Wait ${exceeded.retryAfterSeconds} seconds, then go back to your application and connect again.`
  sendPage(res, parts.pages.error({ status: 429, cause, remedy, correlationId }), exceeded.headers)
  return true
}

function addressOf(req: IncomingMessage, hops: number): string | undefined {
  return clientAddress(
    { header: (name) => req.headersDistinct[name] ?? [], peer: req.socket.remoteAddress },
    hops,
  )
}

/** Something that is needed failed: the client keeps what it has, and tries again. */
function answerFault(
  { parts, res, correlationId }: Visit,
  endpoint: Endpoint,
  error: unknown,
): void {
  const { settings, pages } = parts
  const fault = error instanceof Error ? error : new Error(String(error))
  const at = settings.clock.now()
  settings.emit({ type: 'authorization_server.error', correlationId, at, error: fault })
  if (res.headersSent) {
    res.end()
    return
  }
  const isPassing =
    (error instanceof StorageError || error instanceof UpstreamError) && error.retryable
  const status = isPassing ? 503 : 500
  const headers: Record<string, string> = isPassing
    ? { 'Retry-After': String(RETRY_AFTER_SECONDS) }
    : {}
  if (CORS_ENDPOINTS.has(endpoint)) {
    sendJson(
      res,
      status,
      { error: isPassing ? 'temporarily_unavailable' : 'server_error' },
      headers,
    )
    return
  }
  const cause = 'This server cannot answer at the moment.'
  const remedy = 'Try again in a minute. If it happens again, tell whoever runs this server.'
  sendPage(res, pages.error({ status, cause, remedy, correlationId }), headers)
}
