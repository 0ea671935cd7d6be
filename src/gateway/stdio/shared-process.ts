import type * as sdk from '@modelcontextprotocol/server'
import { isObject } from '../../runtime/index.ts'
import type { Child } from './child.ts'
import type { Conversation } from './hosted-process.ts'

type Message = sdk.JSONRPCMessage
type Params = Readonly<Record<string, unknown>>

/** Whether a process speaks a revision without sessions: not, yes, or it had a fault of its own. */
export type Verdict = 'legacy' | 'modern' | 'unsaid'

/** A request that waits for its answer. */
interface Exchange {
  readonly id: sdk.RequestId
  readonly progressToken: unknown
  readonly wantsLogs: boolean
  readonly transport: sdk.PerRequestHTTPServerTransport
  /** Answers with a status of its own, as long as nothing has been passed on. */
  readonly answer: (response: Response) => void
  isStreaming: boolean
}

/** The one without sessions that the gateway knows. */
const REVISION = '2026-07-28'
const META = 'io.modelcontextprotocol'
const SUBSCRIPTION_ID = `${META}/subscriptionId`
/** Errors that are about the request, and have a status (MCP 2026-07-28, "Streamable HTTP"). */
const STATUSES: Readonly<Record<number, number>> = {
  [-32_601]: 404,
  [-32_020]: 400,
  [-32_021]: 400,
  [-32_022]: 400,
}
const PROBE_ID = 0
const INTERNAL_ERROR = -32_603
const SERVER_ENDED = -32_000

/**
 * A process that answers several requests at once. They come from clients that do not know each other,
 * so that each gets a number of its own in place of its id and of the token of its progress. A client
 * that goes away has cancelled.
 */
export class SharedProcess implements Conversation {
  readonly #transportOf: typeof sdk.PerRequestHTTPServerTransport
  readonly #child: Child
  readonly #onVerdict: (verdict: Verdict) => void
  readonly #exchanges = new Map<number, Exchange>()
  #lastNumber = PROBE_ID

  /**
   * @param onVerdict Is told what the process speaks. It is asked in words of the gateway: what a caller
   *   names must not decide that.
   */
  constructor(
    { PerRequestHTTPServerTransport }: typeof sdk,
    child: Child,
    onVerdict: (verdict: Verdict) => void,
  ) {
    this.#transportOf = PerRequestHTTPServerTransport
    this.#child = child
    this.#onVerdict = onVerdict
    const probe = { id: PROBE_ID, method: 'server/discover', params: discover() }
    child.send({ jsonrpc: '2.0', ...probe })
  }

  async handle(request: Request, body: unknown): Promise<Response> {
    const message = body as sdk.JSONRPCRequest | sdk.JSONRPCNotification
    if ('id' in message) return this.#ask(request, message)
    // It could only name an id of another request here.
    if (message.method !== 'notifications/cancelled') this.#child.send(message)
    return new Response(null, { status: 202 })
  }

  receive(message: Message): void {
    if (!('method' in message)) this.#respond(message)
    else if (!('id' in message)) this.#notify(message)
  }

  /** The signal of the request says so. */
  abandon(): void {}

  /** There is no stream but those of requests. */
  listen(): () => void {
    return () => undefined
  }

  end(reason: string): void {
    const error = { code: SERVER_ENDED, message: reason }
    for (const { id, transport } of this.#exchanges.values()) {
      void transport.send({ jsonrpc: '2.0', id, error })
    }
    this.#exchanges.clear()
  }

  async #ask(request: Request, message: sdk.JSONRPCRequest): Promise<Response> {
    this.#lastNumber += 1
    const number = this.#lastNumber
    const early = Promise.withResolvers<Response>()
    const Transport = this.#transportOf
    const transport = new Transport({ classification: { era: 'modern', revision: REVISION } })
    const { _meta: meta } = message.params ?? {}
    this.#exchanges.set(number, {
      id: message.id,
      progressToken: meta?.progressToken,
      wantsLogs: meta?.[`${META}/logLevel`] !== undefined,
      transport,
      answer: early.resolve,
      isStreaming: false,
    })
    Object.assign(transport, {
      onmessage: () => this.#child.send(renumber(message, number)),
      onclose: () => {
        if (!this.#exchanges.delete(number)) return
        const params = { requestId: number }
        this.#child.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params })
      },
    })
    await transport.start()
    return Promise.race([early.promise, transport.handleMessage(message, { request })])
  }

  #respond(message: sdk.JSONRPCResponse): void {
    if (message.id === PROBE_ID) return this.#onVerdict(verdictOf(message))
    const number = message.id as number
    const exchange = this.#exchanges.get(number)
    if (exchange === undefined) return undefined
    this.#exchanges.delete(number)
    const { answer, id, isStreaming, transport } = exchange
    const restored = restoreSubscription({ ...message, id }, number, id)
    const status = 'error' in message ? STATUSES[message.error.code] : undefined
    if (status === undefined || isStreaming) return void transport.send(restored)
    answer(Response.json(restored, { status }))
    return void transport.close()
  }

  #notify(message: sdk.JSONRPCNotification): void {
    const number = numberOf(message, this.#exchanges)
    const exchange = number === undefined ? undefined : this.#exchanges.get(number)
    if (number === undefined || exchange === undefined) return undefined
    if (message.method === 'notifications/cancelled') {
      // The process ends a stream; over HTTP its end says so.
      this.#exchanges.delete(number)
      return void exchange.transport.close()
    }
    exchange.isStreaming = true
    const { id, progressToken, transport } = exchange
    const isProgress = message.method === 'notifications/progress'
    const params = isProgress ? { ...message.params, progressToken } : message.params
    const restored = restoreSubscription(Object.assign({}, message, { params }), number, id)
    return void transport.send(restored, { relatedRequestId: id })
  }
}

/** Servers of older revisions answer what they do not know with whatever error they have for it. */
function verdictOf(answer: sdk.JSONRPCResponse): Verdict {
  if ('result' in answer) return 'modern'
  return answer.error.code === INTERNAL_ERROR ? 'unsaid' : 'legacy'
}

function renumber(message: sdk.JSONRPCRequest, number: number): unknown {
  const { _meta: meta } = message.params ?? {}
  if (meta?.progressToken === undefined) return { ...message, id: number }
  const params = { ...message.params, _meta: { ...meta, progressToken: number } }
  return { ...message, id: number, params }
}

/** The request that a notification belongs to. */
function numberOf(
  { method, params = {} }: sdk.JSONRPCNotification,
  exchanges: ReadonlyMap<number, Exchange>,
): number | undefined {
  const { _meta: meta } = params
  const subscription = meta?.[SUBSCRIPTION_ID]
  if (subscription !== undefined) return Number(subscription)
  if (method === 'notifications/progress') return params['progressToken'] as number
  if (method === 'notifications/cancelled') return params['requestId'] as number
  if (method !== 'notifications/message') return undefined
  // Nothing says whose it is, so it is told where that is certain.
  const [only, second] = [...exchanges].filter(([, { wantsLogs }]) => wantsLogs)
  return second === undefined ? only?.[0] : undefined
}

function restoreSubscription(message: Message, number: number, id: sdk.RequestId): Message {
  const place = 'method' in message ? 'params' : 'result'
  const inside: unknown = (message as unknown as Params)[place]
  const meta = isObject(inside) ? inside['_meta'] : undefined
  if (!isObject(meta) || String(meta[SUBSCRIPTION_ID]) !== String(number)) return message
  const isText = typeof meta[SUBSCRIPTION_ID] === 'string'
  const restored = { ...meta, [SUBSCRIPTION_ID]: isText ? String(id) : id }
  return Object.assign({}, message, { [place]: { ...(inside as object), _meta: restored } })
}

function discover(): Params {
  return {
    _meta: {
      [`${META}/protocolVersion`]: REVISION,
      [`${META}/clientInfo`]: { name: 'mcp-gatehouse', version: '1' },
      [`${META}/clientCapabilities`]: {},
    },
  }
}
