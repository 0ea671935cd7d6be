import type { IncomingMessage, ServerResponse } from 'node:http'
import { randomId } from '../runtime/index.ts'
import { checkAuthorizationQuery } from './http/authorization-query.ts'
import { allowEveryOrigin } from './http/cors.ts'
import { setPublicAddress } from './http/public-address.ts'
import type { RequestFacts } from './http/request-facts.ts'
import {
  CORS_ENDPOINTS,
  CREDENTIAL_ENDPOINTS,
  type Endpoint,
  findRoute,
  METHODS,
  type Route,
} from './http/routes.ts'
import {
  CREDENTIAL_HEADERS,
  PRIVATE_HEADERS,
  RETRY_AFTER_SECONDS,
  sendOAuthError,
  sendPage,
  setHeaders,
} from './http/send.ts'
import type { InteractionParts, Visit } from './interaction/exchange.ts'
import { handleInteraction } from './interaction/handle-interaction.ts'
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
  if (CORS_ENDPOINTS.has(endpoint)) {
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

/** The target as it arrived: frameworks cut off the path that they have mounted something at. */
function splitTarget(req: IncomingMessage): { readonly path: string; readonly query: string } {
  const original: unknown = 'originalUrl' in req ? req.originalUrl : undefined
  const target = typeof original === 'string' ? original : (req.url ?? '/')
  const mark = target.indexOf('?')
  return mark === -1
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) }
}
