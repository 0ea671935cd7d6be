import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  allowEveryOrigin,
  CREDENTIAL_HEADERS,
  PRIVATE_HEADERS,
  RETRY_AFTER_SECONDS,
  sendOAuthError,
  sendPage,
  setHeaders,
} from '../browser/index.ts'
import { splitTarget } from '../http/index.ts'
import { checkAuthorizationQuery } from '../oauth/index.ts'
import { randomId } from '../runtime/index.ts'
import { setPublicAddress } from './http/public-address.ts'
import type { RequestFacts } from './http/request-facts.ts'
import {
  CORS_ENDPOINTS,
  CREDENTIAL_ENDPOINTS,
  type Endpoint,
  findRoute,
  METHODS,
  PUBLISHED_ENDPOINTS,
  type Route,
} from './http/routes.ts'
import type { InteractionParts, Visit } from './interaction/exchange.ts'
import { handleInteraction } from './interaction/handle-interaction.ts'
import type { ServerLimits } from './limits/index.ts'
import { isOutage } from './provider/answers.ts'
import type { ProviderSource } from './provider/provider-source.ts'

/**
 * Handles the requests that are of the authorization server. All others go to `next`; without one
 * they are answered 404.
 */
export type AuthorizationServerHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  next?: (error?: unknown) => void,
) => Promise<void>

/** Handles an endpoint in front of `oidc-provider`, or instead of it. */
export type EndpointHandler = (visit: Visit, path: string) => Promise<void>

/** What the listener works with. */
export interface ListenerParts extends InteractionParts {
  readonly source: ProviderSource
  readonly endpoints: Partial<Readonly<Record<Endpoint, EndpointHandler>>>
  readonly facts: RequestFacts
  readonly limits: ServerLimits
}

export function createListener(parts: ListenerParts): AuthorizationServerHandler {
  return async (req, res, next) => {
    const { path, query } = splitTarget(req)
    const route = findRoute(path, parts.settings.mountPath)
    if (route === undefined) {
      if (next === undefined) res.writeHead(404).end()
      else next()
      return
    }
    const correlationId = randomId()
    // Before the fields that it is read from are removed.
    parts.facts.note(req, correlationId)
    try {
      await answer({ parts, req, res, correlationId }, route, query)
    } catch (error) {
      answerFault({ parts, res, correlationId }, route.endpoint, error)
    }
  }
}

type Request = Omit<Visit, 'provider' | 'parts'> & { readonly parts: ListenerParts }

async function answer(request: Request, { endpoint, path }: Route, query: string): Promise<void> {
  const { parts, req, res } = request
  const methods = METHODS[endpoint]
  if (CREDENTIAL_ENDPOINTS.has(endpoint)) setHeaders(res, CREDENTIAL_HEADERS)
  if (CORS_ENDPOINTS.has(endpoint)) {
    if (allowEveryOrigin(req, res, methods)) return
  } else {
    setHeaders(res, PRIVATE_HEADERS)
  }
  if (!methods.includes(req.method ?? '')) {
    res.writeHead(405, { Allow: methods.join(', ') }).end()
    return
  }
  if (await isLimited(request, endpoint)) return
  if (await isSuspended(request, endpoint)) return
  const checked = endpoint === 'authorization' ? checkAuthorizationQuery(query) : undefined
  if (checked?.ok === false) {
    const remedy = 'Go back to your application and connect again, or tell its makers.'
    const { correlationId } = request
    sendPage(res, parts.pages.error({ status: 400, cause: checked.cause, remedy, correlationId }))
    return
  }
  const given = checked?.query ?? query
  setPublicAddress(req, parts.settings, { path, query: given === '' ? '' : `?${given}` })
  const provider = await parts.source.current()
  const handler = endpoint === 'interaction' ? handleInteraction : parts.endpoints[endpoint]
  if (handler === undefined) await parts.source.handle(provider, req, res)
  else await handler({ ...request, provider }, path)
}

/** Counts the request, and answers 429 where that was one too many. */
async function isLimited(
  { parts, req, res, correlationId }: Request,
  endpoint: Endpoint,
): Promise<boolean> {
  const { limits, facts, pages, settings } = parts
  const address = facts.addressOf(req)
  const exceeded = await limits.check(endpoint, address)
  if (exceeded === undefined) return false
  settings.emit({
    type: 'authorization_server.limited',
    correlationId,
    at: settings.clock.now(),
    endpoint,
    limit: exceeded.rule,
    address,
  })
  if (isForPrograms(endpoint)) {
    sendOAuthError(res, 429, 'temporarily_unavailable', exceeded.headers)
    return true
  }
  const cause = 'There were too many requests from this network.'
  const remedy = `Wait ${exceeded.retryAfterSeconds} seconds, then go back to your application and connect again.`
  sendPage(res, pages.error({ status: 429, cause, remedy, correlationId }), exceeded.headers)
  return true
}

/** Answers 403 while this server is suspended: no error on which clients throw away what they have. */
async function isSuspended(
  { parts, req, res, correlationId }: Request,
  endpoint: Endpoint,
): Promise<boolean> {
  const { facts, pages, settings } = parts
  if (PUBLISHED_ENDPOINTS.has(endpoint) || !(await settings.isSuspended())) return false
  const event = { correlationId, at: settings.clock.now(), endpoint, address: facts.addressOf(req) }
  settings.emit({ type: 'authorization_server.suspended', ...event })
  if (isForPrograms(endpoint)) {
    sendOAuthError(res, 403, 'access_denied')
    return true
  }
  const cause = 'This organization is suspended.'
  const remedy = 'Ask whoever looks after it. What you have allowed is kept.'
  sendPage(res, pages.error({ status: 403, cause, remedy, correlationId }))
  return true
}

/** Something that is needed failed: the client keeps what it has, and tries again. */
function answerFault(
  { parts, res, correlationId }: Pick<Request, 'parts' | 'res' | 'correlationId'>,
  endpoint: Endpoint,
  error: unknown,
): void {
  const { settings, pages } = parts
  const cause = error instanceof Error ? error : new Error(String(error))
  settings.emit({
    type: 'authorization_server.error',
    correlationId,
    at: settings.clock.now(),
    error: cause,
  })
  if (res.headersSent) {
    res.end()
    return
  }
  const isPassing = isOutage(error)
  const status = isPassing ? 503 : 500
  const headers: Record<string, string> = isPassing
    ? { 'Retry-After': String(RETRY_AFTER_SECONDS) }
    : {}
  if (isForPrograms(endpoint)) {
    sendOAuthError(res, status, isPassing ? 'temporarily_unavailable' : 'server_error', headers)
    return
  }
  const page = pages.error({
    status,
    cause: 'This server cannot answer at the moment.',
    remedy: 'Try again in a minute. If it happens again, tell whoever runs this server.',
    correlationId,
  })
  sendPage(res, page, headers)
}

/** Whether nobody sees the answer but a client or the provider, so that it is JSON and no page. */
function isForPrograms(endpoint: Endpoint): boolean {
  return CORS_ENDPOINTS.has(endpoint) || endpoint === 'backchannelLogout'
}
