import type { ServerResponse } from 'node:http'

/**
 * An answer on its way to the client.
 *
 * What arrives within a tick leaves as one piece, the head with it: an event of a stream is often a
 * chunk of its own, and each write costs more than the bytes do. A head leaves by itself where no
 * body follows in its tick; one that may still become another answer waits for its first bytes.
 */
export class ClientAnswer {
  readonly #response: ServerResponse
  #status = 0
  #fields: string[] = []
  #held: Uint8Array[] = []
  #isHeadDue = false
  #hasLength = false

  constructor(response: ServerResponse) {
    this.#response = response
  }

  /** @param isPatient Whether the head waits for the body. */
  begin(status: number, fields: string[], isPatient: boolean): void {
    this.#status = status
    this.#fields = fields
    this.#isHeadDue = true
    this.#hasLength = fields.includes('content-length')
    if (!isPatient) process.nextTick(flushAnswer, this)
  }

  /** Whether nothing has left yet. */
  get isPending(): boolean {
    return !this.#response.headersSent
  }

  /** Whether the client wants more now. */
  write(bytes: Uint8Array): boolean {
    if (bytes.byteLength === 0) return true
    this.#held.push(bytes)
    // The head takes the first bytes along, and what ends at once goes with its length.
    const isDue = this.#held.length === (this.#isHeadDue ? 2 : 1)
    if (isDue) process.nextTick(flushAnswer, this)
    return !this.#response.writableNeedDrain
  }

  flush(): void {
    const response = this.#response
    if (response.destroyed || response.writableEnded) return
    const bytes = this.#take()
    if (this.#isHeadDue) {
      this.#isHeadDue = false
      response.writeHead(this.#status, this.#fields)
      if (bytes === undefined) response.flushHeaders()
    }
    if (bytes !== undefined) response.write(bytes)
  }

  end(): void {
    const bytes = this.#take()
    if (!this.#isHeadDue) {
      this.#response.end(bytes)
      return
    }
    this.#isHeadDue = false
    const hasContent = this.#status !== 204 && this.#status !== 205
    if (hasContent && !this.#hasLength) {
      this.#fields.push('content-length', String(bytes?.byteLength ?? 0))
    }
    this.#response.writeHead(this.#status, this.#fields)
    this.#response.end(hasContent ? bytes : undefined)
  }

  /** Forgets what has not left, for another answer. */
  drop(): void {
    this.#isHeadDue = false
    this.#held = []
  }

  #take(): Uint8Array | undefined {
    const held = this.#held
    if (held.length === 0) return undefined
    this.#held = []
    return held.length === 1 ? held[0] : Buffer.concat(held)
  }
}

function flushAnswer(answer: ClientAnswer): void {
  answer.flush()
}
