import type * as sdk from '@modelcontextprotocol/server'
import type { Child } from './child.ts'
import { createEventStore } from './event-store.ts'
import type { Conversation } from './hosted-process.ts'

type Message = sdk.JSONRPCMessage

export interface SessionParts {
  readonly sdk: typeof sdk
  readonly child: Child
  readonly onBegin: (id: string) => Promise<void>
  /** The client has ended it, or the process does not take part. */
  readonly onOver: () => void
}

/** What belongs to no request; everything else may belong to one. */
const OF_NO_REQUEST = /^notifications\/(?:.+\/list_changed|resources\/updated)$/
/** So many messages wait for the stream that they belong to; the oldest go first. */
const MAX_HELD_MESSAGES = 100
const SERVER_ENDED = -32_000

/**
 * A session of a revision before 2026-07-28, with a process of its own: Streamable HTTP as the SDK has
 * it on one side, the process on the other. A process does not say to which request its own requests
 * and notifications belong. Progress belongs to its token; the rest goes to the latest request that
 * waits for an answer, where it is not about something else, and otherwise to the stream that waits for
 * events, as soon as there is one.
 */
export class Session implements Conversation {
  readonly #transport: sdk.WebStandardStreamableHTTPServerTransport
  readonly #onOver: () => void
  /** The requests that wait for an answer, and what their progress is told by. */
  readonly #waiting = new Map<sdk.RequestId, sdk.ProgressToken | undefined>()
  #held: Message[] = []
  #listeners = 0
  #beginsWith: sdk.RequestId | undefined

  constructor({ sdk, child, onBegin, onOver }: SessionParts) {
    this.#onOver = onOver
    this.#transport = new sdk.WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      eventStore: createEventStore(),
      onsessioninitialized: onBegin,
      onsessionclosed: onOver,
    })
    const onmessage = (message: Message): void => {
      if (isRequest(message)) this.#expectAnswer(message)
      child.send(message)
    }
    Object.assign(this.#transport, { onmessage })
  }

  async handle(request: Request, body: unknown): Promise<Response> {
    const parsed = body === undefined ? {} : { parsedBody: body }
    const answer = await this.#transport.handleRequest(request, parsed)
    if (this.#transport.sessionId === undefined) this.#onOver()
    return answer
  }

  receive(message: Message): void {
    if (!('method' in message)) return this.#respond(message)
    const related = this.#requestOf(message)
    if (related !== undefined || this.#listeners > 0) return this.#send(message, related)
    this.#held.push(message)
    if (this.#held.length > MAX_HELD_MESSAGES) this.#held.shift()
    return undefined
  }

  abandon(body: unknown): void {
    for (const { id } of [body ?? []].flat() as { readonly id?: sdk.RequestId }[]) {
      if (id !== undefined) this.#waiting.delete(id)
    }
  }

  listen(): () => void {
    this.#listeners += 1
    const messages = this.#held
    this.#held = []
    for (const message of messages) this.#send(message)
    return () => {
      this.#listeners -= 1
    }
  }

  end(reason: string): void {
    const error = { code: SERVER_ENDED, message: reason }
    for (const id of this.#waiting.keys()) this.#send({ jsonrpc: '2.0', id, error })
    this.#waiting.clear()
    void this.#transport.close()
  }

  #expectAnswer({ id, method, params = {} }: sdk.JSONRPCRequest): void {
    const { _meta: meta } = params
    this.#waiting.set(id, meta?.progressToken)
    if (method === 'initialize') this.#beginsWith = id
  }

  #requestOf(message: sdk.JSONRPCRequest | sdk.JSONRPCNotification): sdk.RequestId | undefined {
    if (message.method === 'notifications/progress') {
      const token = message.params?.['progressToken']
      for (const [id, own] of this.#waiting) if (own !== undefined && own === token) return id
    }
    return OF_NO_REQUEST.test(message.method) ? undefined : [...this.#waiting.keys()].at(-1)
  }

  #respond(message: sdk.JSONRPCResponse): void {
    if (message.id !== undefined) this.#waiting.delete(message.id)
    this.#send(message)
    if (message.id === undefined || message.id !== this.#beginsWith) return
    this.#beginsWith = undefined
    if ('error' in message) this.#onOver()
  }

  #send(message: Message, relatedRequestId?: sdk.RequestId): void {
    const options = relatedRequestId === undefined ? {} : { relatedRequestId }
    // It fails where nobody waits for the answer any more.
    this.#transport.send(message, options).catch(() => undefined)
  }
}

function isRequest(message: Message): message is sdk.JSONRPCRequest {
  return 'method' in message && 'id' in message
}
