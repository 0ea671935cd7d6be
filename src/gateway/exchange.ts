import type { ServerResponse } from 'node:http'
import { DeniedError } from '../errors/index.ts'
import { isEventStream, openAnswer, sendResponse, withHeaders } from '../http/index.ts'
import { isHiddenField } from './arrival.ts'
import {
  type AnswerHeaders,
  type AnswerReceiver,
  Attempt,
  type Controller,
  headFailure,
  joined,
} from './attempt.ts'
import { ClientAnswer } from './client-answer.ts'
import { answerFields } from './header-fields.ts'
import { errorBody, sendOwnAnswer, toolFailure } from './own-answer.ts'
import { RewrittenBody } from './rewritten-body.ts'
import type { Upstream } from './upstream.ts'
import { failureAnswer, failureOf, type UpstreamFailure } from './upstream-failure.ts'
import { type Admitted, buildUpstreamHeaders, readClientFields } from './upstream-headers.ts'

/** What an exchange needs beside the request. */
export interface ExchangeParts extends Admitted {
  readonly response: ServerResponse
  readonly upstream: Upstream
  readonly isListening: boolean
  readonly report: (failure: UpstreamFailure, status: number) => void
}

const RETRY_MILLISECONDS = 50

/** A request that was let through, until its answer is over. */
export class Exchange implements AnswerReceiver {
  readonly #parts: ExchangeParts
  readonly #answer: ClientAnswer
  #clientFields: string[] = []
  #attempt: Attempt | undefined
  #attempts = 0
  #isOver = false
  #isStream = false
  #body: RewrittenBody | undefined
  #closeStream: (() => void) | undefined
  #lastDataAt = 0

  constructor(parts: ExchangeParts) {
    this.#parts = parts
    this.#answer = new ClientAnswer(parts.response)
  }

  get isListening(): boolean {
    return this.#parts.isListening
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Sends the request to the upstream. @param onOver Called once, when all of it is over. */
  async run(onOver: () => void): Promise<void> {
    const { response, upstream } = this.#parts
    const fields = readClientFields(this.#parts)
    if (fields === undefined) return this.#refuseFields(onOver)
    this.#clientFields = fields
    const isDown = upstream.retryAfterSeconds() !== undefined
    if (isDown || !upstream.enter()) {
      this.#fail({ kind: isDown ? 'down' : 'full' })
      return onOver()
    }
    response.once('close', () => {
      upstream.leave()
      this.#close()
      onOver()
    })
    if (response.destroyed) return undefined
    response.on('drain', () => this.#attempt?.controller?.resume())
    return this.#send(false)
  }

  /** Ends an answer that waits for events, and cuts off any other. */
  stop(): void {
    const { response } = this.#parts
    if (this.#isStream && response.headersSent) response.end()
    else response.destroy()
    this.#close()
  }

  /** Whether an answer that is no stream has paused for too long. */
  checkPause(now: number): void {
    if (this.#isOver || this.#isStream || this.#lastDataAt === 0) return
    const { idleTimeoutSeconds } = this.#parts.route.upstream
    if (now - this.#lastDataAt < idleTimeoutSeconds * 1_000) return
    if (this.#parts.response.writableNeedDrain) return
    this.#fail({ kind: 'timeout', error: new Error('The answer has paused for too long.') })
  }

  async #send(isRefused: boolean): Promise<void> {
    const { upstream, message, body, isListening, passage, response } = this.#parts
    this.#attempts += 1
    try {
      const headers = await buildUpstreamHeaders(this.#parts, this.#clientFields, isRefused)
      if (this.#isOver || response.destroyed) return
      if (headers instanceof Response) return await this.#replace(headers)
      const method = message.method ?? 'GET'
      this.#attempt = new Attempt(this)
      const caller = passage.principal
      upstream.send({ method, headers, body, caller, isListening }, this.#attempt)
    } catch (error) {
      if (error instanceof DeniedError) this.#deny(error)
      else this.#fail({ kind: 'credentials', error: error as Error })
    }
  }

  /** The head of the upstream's answer. */
  begin(status: number, headers: AnswerHeaders): void {
    const { passage, arrival, route, response, upstream } = this.#parts
    upstream.reached(true)
    const failure = headFailure(status, headers)
    if (failure?.kind === 'unauthorized') return this.#renew()
    if (failure !== undefined) return this.#fail(failure)
    const isHidden = isHiddenField(arrival)
    const header = (name: string): string | undefined =>
      isHidden(name) ? undefined : joined(headers[name])
    const { replacement, rewriter, onOpen } = passage.plan({ status, header })
    if (replacement !== undefined) return void this.#replace(replacement)

    this.#lastDataAt = performance.now()
    this.#isStream = isEventStream(header('content-type'))
    const fields = answerFields(headers, route.responseHeaders, isHidden)
    const length = header('content-length')
    if (rewriter === undefined && length !== undefined && !this.#isStream) {
      fields.push('content-length', length)
    }
    fields.push(...this.#ownFields())
    if (rewriter !== undefined) this.#body = new RewrittenBody(rewriter, this.#answer)
    this.#answer.begin(status, fields, rewriter !== undefined && !this.#isStream)
    if (onOpen === undefined) return undefined
    this.#closeStream = openAnswer(onOpen, () => {
      this.#answer.flush()
      response.end()
      this.#close()
    })
    return undefined
  }

  data(controller: Controller, chunk: Buffer): void {
    this.#lastDataAt = performance.now()
    if (this.#body === undefined) {
      if (!this.#answer.write(chunk)) controller.pause()
      return
    }
    const written = this.#body.push(chunk)
    if (written === true) return
    controller.pause()
    if (written === false) return
    written.then(
      (isWanted) => isWanted && controller.resume(),
      (error: Error) => this.#fail({ kind: 'unreadable', error }),
    )
  }

  end(): void {
    const unreadable = (error: Error): void => this.#fail({ kind: 'unreadable', error })
    try {
      const rest = this.#body?.end()
      if (rest === undefined) this.#finish()
      else rest.then(() => this.#finish(), unreadable)
    } catch (error) {
      unreadable(error as Error)
    }
  }

  /** The upstream's connection failed, before or in the middle of the answer. */
  error(error: Error, isSent: boolean): void {
    const { message, response, upstream } = this.#parts
    const failure = failureOf(error, isSent)
    const isUnreached = failure.kind === 'unreachable'
    // What never arrived, or can be repeated, is sent once more; nothing of an answer has left yet.
    const isRepeatable = message.method !== 'POST' && failure.kind === 'broken'
    const mayRetry = (isUnreached || isRepeatable) && this.#lastDataAt === 0
    if (mayRetry && this.#attempts === 1 && !response.destroyed) {
      setTimeout(() => void this.#send(false), RETRY_MILLISECONDS)
      return
    }
    if (isUnreached) upstream.reached(false)
    this.#fail(failure)
  }

  /** What it was given is not good any more: once more with other credentials, then no further. */
  #renew(): void {
    this.#attempt?.abandon()
    const hasOthers = this.#parts.route.findCredentials !== undefined
    if (hasOthers && this.#attempts === 1) void this.#send(true)
    else this.#fail({ kind: 'unauthorized' })
  }

  #finish(): void {
    if (this.#isOver) return
    this.#answer.end()
  }

  #fail(failure: UpstreamFailure): void {
    if (this.#isOver) return
    const { response, passage, report } = this.#parts
    const { status, error, description, retryAfterSeconds } = failureAnswer(failure)
    report(failure, status)
    const wasPending = this.#answer.isPending
    this.#close()
    this.#answer.drop()
    if (!wasPending) {
      response.destroy()
      return
    }
    const headers = Object.fromEntries(pairs(this.#ownFields()))
    const told = failure.kind === 'unauthorized' && toolFailure(passage.parsedBody, description)
    if (told) return sendOwnAnswer(response, 200, told, headers)
    const retry = retryAfterSeconds && { 'retry-after': String(retryAfterSeconds) }
    sendOwnAnswer(response, status, errorBody(error, description), { ...headers, ...retry })
  }

  #deny(error: DeniedError): void {
    this.#close()
    const headers = Object.fromEntries(pairs(this.#ownFields()))
    sendOwnAnswer(this.#parts.response, 403, errorBody('access_denied', error.message), headers)
  }

  #refuseFields(onOver: () => void): void {
    const description = 'A header field that may stand there once stands there twice.'
    sendOwnAnswer(this.#parts.response, 400, errorBody('invalid_request', description))
    onOver()
  }

  async #replace(replacement: Response): Promise<void> {
    const { response } = this.#parts
    this.#attempt?.abandon()
    this.#isOver = true
    this.#answer.drop()
    const headers = Object.fromEntries(pairs(this.#ownFields()))
    await sendResponse(withHeaders(replacement, headers), response)
  }

  #ownFields(): string[] {
    const { passage, arrival } = this.#parts
    const fields: string[] = []
    for (const [name, value] of Object.entries(passage.headers)) fields.push(name, value)
    fields.push('x-request-id', arrival.requestId)
    return fields
  }

  #close(): void {
    this.#isOver = true
    this.#closeStream?.()
    this.#attempt?.abandon()
  }
}

function* pairs(fields: readonly string[]): Generator<[string, string]> {
  for (let at = 0; at < fields.length; at += 2) yield [fields[at] ?? '', fields[at + 1] ?? '']
}
