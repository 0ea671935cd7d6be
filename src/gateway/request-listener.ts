import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { clientAddress, sendResponse } from '../http/index.ts'
import { errorResponse } from '../mcp/index.ts'
import { type Arrival, createArrival } from './arrival.ts'
import type { SignAssertion } from './assertion.ts'
import type { Documents } from './documents.ts'
import { Exchange } from './exchange.ts'
import { type Framing, type FramingFault, readFraming } from './framing.ts'
import { createMessageBody, type MessageBody } from './message-body.ts'
import {
  checkBatch,
  isKnownRevision,
  isListening,
  isRevisionQuestion,
  revisionFault,
} from './message-rules.ts'
import type { Metrics } from './metrics.ts'
import type { OpenExchanges } from './open-exchanges.ts'
import { errorBody, sendOwnAnswer } from './own-answer.ts'
import { withoutOwnState } from './own-state.ts'
import type { SessionClients } from './session-clients.ts'
import type { GatewaySettings, RouteSettings } from './settings.ts'
import type { Upstream } from './upstream.ts'

/** A route with what is open for it. */
export interface Route {
  readonly settings: RouteSettings
  readonly upstream: Upstream
}

/** What requests are answered with; another one from one moment to the next when it is reloaded. */
export interface Table {
  readonly settings: GatewaySettings
  readonly routes: ReadonlyMap<string, Route>
  readonly documents: Documents
  readonly sign: SignAssertion | undefined
}

/** What lives longer than a table. */
export interface ListenerParts {
  readonly table: () => Table
  readonly exchanges: OpenExchanges
  readonly clients: SessionClients
  readonly metrics: Metrics
}

/** A refusal of the gateway itself. */
interface Fault {
  readonly status: number
  readonly reason: string
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'DELETE', 'OPTIONS'])
const CLOSE = { connection: 'close' }
/** A body of this size has arrived, or is about to; a larger one is not waited for. */
const MAX_LEFT_BYTES = 65_536

/** Creates the way of a request: framing, route, revision, resource server, upstream. */
export function createRequestListener(parts: ListenerParts): RequestListener {
  return (message, response) => {
    const table = parts.table()
    const route = table.routes.get(pathOf(message.url ?? ''))
    const framing = readFraming(message)
    const arrival = createArrival(message, 'hasBody' in framing && framing.hasBody)
    const visit = { parts, table, route, arrival, message, response }
    parts.metrics.begin(route?.settings.path, response)
    if (parts.exchanges.isDraining) response.setHeader('connection', 'close')
    serve(visit, framing).catch((error: unknown) => failed(visit, error))
  }
}

interface Visit {
  readonly parts: ListenerParts
  readonly table: Table
  readonly route: Route | undefined
  readonly arrival: Arrival
  readonly message: IncomingMessage
  readonly response: ServerResponse
}

async function serve(visit: Visit, framing: Framing | FramingFault): Promise<void> {
  const { arrival, message, response, route, table } = visit
  if ('status' in framing) {
    const body = errorBody('invalid_request', 'The request is framed or encoded as none may be.')
    return refuse(visit, { ...framing, body, headers: CLOSE })
  }
  if (route === undefined) {
    const document = await table.documents.answer(arrival.inbound)
    if (document !== undefined) return sendResponse(document, response)
    const notFound = (): void => refuse(visit, NOT_FOUND)
    const { pages } = table.settings
    return pages === undefined ? notFound() : pages(message, response, notFound)
  }
  const fault = methodFault(message, arrival)
  if (fault !== undefined) return refuse(visit, fault)
  const body = createMessageBody(message, framing)
  if (!isKnownRevision(arrival)) {
    const value = framing.hasBody ? await readSmall(body) : undefined
    if (!isRevisionQuestion(arrival, value)) return refuse(visit, revisionFault(arrival, value))
  }
  return pass(visit, route, framing, body)
}

/** What a body of few bytes says, before anybody knows whose it is. */
async function readSmall({ source }: MessageBody): Promise<unknown> {
  // Rejected where the client has left, who is answered nothing then.
  const read = await source.read(MAX_LEFT_BYTES).catch(() => undefined)
  return read?.kind === 'json' ? read.value : undefined
}

/** Asks the resource server of the route, and then its upstream. */
async function pass(
  visit: Visit,
  { settings, upstream }: Route,
  framing: Framing,
  body: MessageBody,
): Promise<void> {
  const { arrival, message, parts, response, table } = visit
  const { connections, gatehouse } = settings
  const admitted = await gatehouse.inspect(arrival.inbound, body.source)
  if (admitted instanceof Response) {
    response.setHeader('x-request-id', arrival.requestId)
    if (isBodyLeft(message, framing)) response.setHeader('connection', 'close')
    return sendResponse(admitted, response)
  }
  const passage = connections ? parts.clients.watch(admitted, gatehouse.resource) : admitted
  releaseAtEnd(response, passage.release)
  if (message.method === 'OPTIONS') return refuse(visit, methodNotAllowed('GET, POST, DELETE'))
  const fault = checkBatch(passage.parsedBody, arrival)
  if (fault !== undefined) return refuse(visit, fault)
  const exchange = new Exchange({
    arrival,
    message,
    response,
    passage,
    upstream,
    route: settings,
    sign: settings.identity && table.sign,
    body: connections
      ? withoutOwnState(body.forwarded(), passage.parsedBody, connections)
      : body.forwarded(),
    isListening: isListening(message.method, passage.parsedBody),
    report: (failure, status) => {
      parts.metrics.upstreamFailed(settings.path, failure.kind)
      table.settings.emit({
        type: 'upstream.failed',
        ...factsOf(visit),
        reason: failure.kind,
        status,
        upstream: settings.upstream.origin,
        error: 'error' in failure ? failure.error : undefined,
      })
    },
  })
  const onOver = parts.exchanges.add(exchange)
  return exchange.run(onOver)
}

/** Gives back what limits allow at a time, however the answer ends. */
function releaseAtEnd(response: ServerResponse, release: (() => void) | undefined): void {
  if (release === undefined) return
  if (response.destroyed) release()
  else response.once('close', release)
}

const NOT_FOUND: Fault = {
  status: 404,
  reason: 'not_found',
  body: errorBody('not_found', 'There is nothing at this path.'),
}

/** 2026-07-28 has neither streams that are opened by GET nor sessions that DELETE ends. */
function methodFault({ method = '' }: IncomingMessage, { isModern }: Arrival): Fault | undefined {
  if (!METHODS.has(method)) return methodNotAllowed('GET, POST, DELETE')
  const isOfOlder = isModern && (method === 'GET' || method === 'DELETE')
  return isOfOlder ? methodNotAllowed('POST') : undefined
}

function methodNotAllowed(allow: string): Fault {
  const body = errorResponse(null, -32_600, 'Method not allowed.')
  return { status: 405, reason: 'method', body, headers: { allow } }
}

function refuse(visit: Visit, { status, reason, body, headers }: Fault): void {
  const { arrival, response, table } = visit
  sendOwnAnswer(response, status, body, { 'x-request-id': arrival.requestId, ...headers })
  table.settings.emit({ type: 'gateway.refused', ...factsOf(visit), reason, status })
}

function factsOf({ arrival, route, table }: Visit) {
  const { clock, publicUrl, trustedProxyHops } = table.settings
  const { inbound, requestId } = arrival
  return {
    correlationId: requestId,
    at: clock.now(),
    resource: route?.settings.gatehouse.resource ?? publicUrl,
    method: inbound.method,
    path: inbound.path,
    address: clientAddress(inbound, trustedProxyHops),
  }
}

/** Whether more of the body may follow than is worth waiting for, once it is refused. */
function isBodyLeft({ complete }: IncomingMessage, { length }: Framing): boolean {
  return !complete && (length === undefined || length > MAX_LEFT_BYTES)
}

/** Nothing above is expected to throw; a client that waits learns that something did. */
function failed(visit: Visit, error: unknown): void {
  const { response, table } = visit
  table.settings.emit({ type: 'dep.unavailable', ...factsOf(visit), error: error as Error })
  sendOwnAnswer(response, 500, errorBody('server_error', 'The gateway failed.'))
}

/** Everything before the query, as it was sent: a path that is spelled otherwise is another one. */
function pathOf(target: string): string {
  const query = target.indexOf('?')
  return query === -1 ? target : target.slice(0, query)
}
