import type { Dispatcher } from 'undici'
import { ProcessFailure } from './process-failure.ts'

/** What an answer comes from. */
export interface AnswerSource {
  /** Adds to the bytes that a slow client has not taken. */
  hold(bytes: number): void
  /** Nobody waits for the answer any more, or it took too long. */
  abandon(): void
  /** All of it has been passed on, or nobody wants it. */
  leave(): void
}

/** How an event begins that is a message, and a body that is one. */
const MESSAGE: ReadonlySet<number | undefined> = new Set([0x65, 0x7b])
/** Others between here and the client do not wait for a head for ever. */
const PATIENCE_MILLISECONDS = 10_000

/**
 * Passes an answer on as undici would have read it. Its head waits a while for its first message, so
 * that a process that ends before is no answer at all; what a slow client does not take slows the
 * process down.
 */
export class StreamedAnswer implements Dispatcher.DispatchController {
  readonly #handler: Dispatcher.DispatchHandler
  readonly #timer: NodeJS.Timeout | undefined
  #patience: NodeJS.Timeout | undefined
  #source: AnswerSource | undefined
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  #head: Response | undefined
  #hasBegun = false
  #waiting: Uint8Array[] = []
  #hasEnded = false
  #isOver = false
  aborted = false
  paused = false
  reason: Error | null = null

  /** @param timeoutSeconds How long the first message may take; `undefined` for as long as it likes. */
  constructor(handler: Dispatcher.DispatchHandler, timeoutSeconds: number | undefined) {
    this.#handler = handler
    if (timeoutSeconds !== undefined) {
      this.#timer = setTimeout(() => this.#timeOut(), timeoutSeconds * 1_000)
    }
    handler.onRequestStart?.(this, undefined)
  }

  /** Whether nothing of it has been passed on. */
  get isPending(): boolean {
    return !this.#isOver && !this.#hasBegun
  }

  /** Says what the answer will come from. */
  attach(source: AnswerSource): void {
    this.#source = source
    if (!this.#isOver) return
    source.abandon()
    source.leave()
  }

  /** Passes on an answer. @param isPatient Whether its head waits for its first message. */
  async pass(answer: Response, isPatient: boolean): Promise<void> {
    if (this.#isOver) return await answer.body?.cancel()
    this.#head = answer
    this.#reader = answer.body?.getReader()
    if (isPatient) this.#patience = setTimeout(() => this.#begin(), PATIENCE_MILLISECONDS)
    else this.#begin()
    try {
      for (;;) {
        const next = await this.#reader?.read()
        if (next === undefined || next.done) break
        this.#take(next.value)
      }
      this.#hasEnded = true
      this.#begin()
    } catch (error) {
      this.fail(error as Error)
    }
  }

  /** There is no answer, or no more of it. */
  fail(error: Error): void {
    if (this.#isOver) return
    this.#close()
    this.#handler.onResponseError?.(this, error)
  }

  abort(reason: Error): void {
    if (this.#isOver) return
    this.aborted = true
    this.reason = reason
    this.#source?.abandon()
    this.#close()
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
    this.#flush()
  }

  #timeOut(): void {
    this.#source?.abandon()
    this.fail(new ProcessFailure('STDIO_TIMEOUT', 'The process did not answer in time.'))
  }

  #take(chunk: Uint8Array): void {
    if (this.#isOver) return
    this.#waiting.push(chunk)
    this.#source?.hold(chunk.byteLength)
    if (!MESSAGE.has(chunk[0])) return this.#flush()
    clearTimeout(this.#timer)
    return this.#begin()
  }

  #begin(): void {
    clearTimeout(this.#patience)
    if (!this.#hasBegun && this.#head !== undefined && !this.#isOver) {
      this.#hasBegun = true
      const { headers, status, statusText } = this.#head
      this.#handler.onResponseStart?.(this, status, Object.fromEntries(headers), statusText)
    }
    this.#flush()
  }

  #flush(): void {
    if (!this.#hasBegun) return
    while (!this.paused && !this.#isOver) {
      const chunk = this.#waiting.shift()
      if (chunk === undefined) break
      this.#source?.hold(-chunk.byteLength)
      this.#handler.onResponseData?.(
        this,
        Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length),
      )
    }
    if (!this.#hasEnded || this.#waiting.length > 0 || this.#isOver) return
    this.#close()
    this.#handler.onResponseEnd?.(this, {})
  }

  #close(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    clearTimeout(this.#patience)
    for (const { byteLength } of this.#waiting) this.#source?.hold(-byteLength)
    this.#waiting = []
    // A stream that has failed cannot be cancelled any more.
    this.#reader?.cancel().catch(() => undefined)
    this.#source?.leave()
  }
}
