import type { Dispatcher } from 'undici'
import type { UpstreamFailure } from './upstream-failure.ts'

export type Controller = Dispatcher.DispatchController
/** The fields of an upstream's answer, their names in lower case. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>

/** Who is told what comes from an upstream. */
export interface AnswerReceiver {
  begin(status: number, headers: AnswerHeaders): void
  data(controller: Controller, chunk: Buffer): void
  end(): void
  error(error: Error, isSent: boolean): void
}

const GONE = new Error('The client has gone, or nobody waits for the answer any more.')

/** One request to the upstream. What comes after it was abandoned is nobody's. */
export class Attempt implements Dispatcher.DispatchHandler {
  #exchange: AnswerReceiver | undefined
  controller: Controller | undefined

  constructor(exchange: AnswerReceiver) {
    this.#exchange = exchange
  }

  abandon(): void {
    if (this.#exchange === undefined) return
    this.#exchange = undefined
    this.controller?.abort(GONE)
  }

  onRequestStart(controller: Controller): void {
    this.controller = controller
    if (this.#exchange === undefined) controller.abort(GONE)
  }

  onResponseStart(_controller: Controller, status: number, headers: AnswerHeaders): void {
    if (status >= 200) this.#exchange?.begin(status, headers)
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    this.#exchange?.data(controller, chunk)
  }

  onResponseEnd(): void {
    const exchange = this.#exchange
    this.#exchange = undefined
    exchange?.end()
  }

  onResponseError(_controller: Controller, error: Error): void {
    const exchange = this.#exchange
    this.#exchange = undefined
    exchange?.error(error, this.controller !== undefined)
  }
}

/** What is wrong with the head of an answer, whatever follows. */
export function headFailure(status: number, headers: AnswerHeaders): UpstreamFailure | undefined {
  if (status === 401 || status === 407) return { kind: 'unauthorized' }
  if (status >= 300 && status < 400) return { kind: 'redirect' }
  if (status < 200 || status > 599) return { kind: 'status' }
  const coding = joined(headers['content-encoding'])?.trim().toLowerCase() ?? ''
  return coding === '' || coding === 'identity' ? undefined : { kind: 'encoded' }
}

/** The value of a field, its lines joined (RFC 9110 §5.3). */
export function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value
}
