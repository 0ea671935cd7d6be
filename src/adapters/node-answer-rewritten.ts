import type { ServerResponse } from 'node:http'
import { type BodyRewriter, jsonAnswer } from '../http/index.ts'
import { abort } from './node-answer-head.ts'
import {
  type AnswerMethods,
  afterFinish,
  afterwards,
  type Callback,
  createSwallowed,
  type Outgoing,
  pretend,
  readWrite,
  sendReplacement,
  sendWhole,
  WRONG_CHUNK,
} from './node-answer-stages.ts'

const NOTHING = new Uint8Array(0)

/** A body that is rewritten as it is written. */
export interface Rewritten {
  readonly methods: AnswerMethods
  readonly cutOff: () => void
}

/**
 * Queues writes through a rewriter, in their order.
 *
 * @param isHeld Whether the head waits for the first bytes, so that a failure can still be 502.
 */
export function createRewritten(
  outgoing: Outgoing,
  rewriter: BodyRewriter,
  isHeld: boolean,
): Rewritten {
  const { response } = outgoing
  const swallowed = createSwallowed(response)
  const sender = createSender(outgoing, isHeld)
  const steps = createSteps(sender.fail, () => {
    // Where Node waits for the client, it emits the event itself.
    if (!response.writableNeedDrain) response.emit('drain')
  })
  let isEnded = false

  function write(...args: unknown[]): boolean {
    if (sender.isOver() || isEnded) return swallowed.write(...args) === true
    const { bytes, callback } = readWrite(args)
    if (bytes === undefined) throw new TypeError(WRONG_CHUNK)
    const isDone = steps.run(
      () => (sender.isOver() ? NOTHING : rewriter.push(bytes)),
      (rewritten) => sender.send(rewritten, callback),
    )
    sender.flush()
    return isDone && !response.writableNeedDrain
  }

  function end(...args: unknown[]): ServerResponse {
    const { bytes, callback } = readWrite(args)
    if (bytes !== undefined) write(bytes)
    if (isEnded) {
      afterFinish(response, callback)
      return response
    }
    isEnded = true
    steps.run(
      () => (sender.isOver() ? NOTHING : rewriter.end()),
      (rest) => sender.sendRest(rest, callback),
    )
    return response
  }

  pretend(response, () => isEnded || sender.isOver())
  return {
    methods: {
      writeHead: (...args) => (sender.isOver() ? response : sender.writeHead(args)),
      flushHeaders: () => sender.flush(),
      write,
      end,
    },
    cutOff: sender.cutOff,
  }
}

/** Sends rewritten bytes, with the head before the first of them. */
interface Sender {
  /** A second head: refused as Node refuses it. */
  writeHead(args: readonly unknown[]): unknown
  /** Sends the head where it does not wait. */
  flush(): void
  send(bytes: Uint8Array, callback?: Callback): void
  sendRest(bytes: Uint8Array, callback?: Callback): void
  readonly fail: () => void
  readonly cutOff: () => void
  isOver(): boolean
}

function createSender(outgoing: Outgoing, isHeld: boolean): Sender {
  const { response, native } = outgoing
  let isHeadDue = true
  let isFlushed = false
  let isOver = false

  function sendHead(): void {
    if (!isHeadDue) return
    isHeadDue = false
    native.writeHead(response.statusCode)
  }
  function send(bytes: Uint8Array, callback?: Callback): void {
    if (isOver || bytes.byteLength === 0) return afterwards(callback)
    sendHead()
    isFlushed = true
    native.write(bytes, callback)
    return undefined
  }
  function fail(): void {
    if (isOver) return
    isOver = true
    if (isHeadDue) void sendReplacement(outgoing, failureAnswer())
    else abort(response)
  }

  if (!isHeld) sendHead()
  return {
    send,
    fail,
    isOver: () => isOver,
    writeHead(args) {
      if (isHeadDue) throw headSentError()
      return native.writeHead(...args)
    },
    flush() {
      if (isHeadDue || isFlushed || isOver) return
      isFlushed = true
      native.flushHeaders()
    },
    sendRest(bytes, callback) {
      if (isOver) return afterFinish(response, callback)
      if (isHeadDue) sendWhole(outgoing, bytes, callback)
      else {
        send(bytes)
        native.end(callback)
      }
      isOver = true
      return undefined
    },
    cutOff() {
      if (isHeadDue) fail()
      else if (!isOver) native.end()
      isOver = true
    },
  }
}

interface Steps {
  /** Runs a step after those before it; whether it is done already. */
  run(step: () => Uint8Array | Promise<Uint8Array>, deliver: (bytes: Uint8Array) => void): boolean
}

/** Steps run at once while none of them waits. What one throws ends up in `fail`. */
function createSteps(fail: () => void, onIdle: () => void): Steps {
  let waiting = 0
  let last = Promise.resolve()

  /** Its callback is still called. */
  function failWith(deliver: (bytes: Uint8Array) => void): void {
    fail()
    deliver(NOTHING)
  }

  function follow(result: Promise<Uint8Array>, deliver: (bytes: Uint8Array) => void): void {
    waiting += 1
    last = result
      .then(deliver)
      .catch(() => failWith(deliver))
      .finally(() => {
        waiting -= 1
        if (waiting === 0) queueMicrotask(onIdle)
      })
  }

  return {
    run(step, deliver) {
      try {
        const result = waiting === 0 ? step() : last.then(step)
        if (result instanceof Promise) follow(result, deliver)
        else deliver(result)
      } catch {
        failWith(deliver)
      }
      return waiting === 0
    },
  }
}

function failureAnswer(): Response {
  return jsonAnswer(502, {
    error: 'bad_gateway',
    error_description: 'The server gave no answer that can be passed on.',
  })
}

function headSentError(): Error {
  const error = new Error('Cannot write headers after they are sent to the client')
  return Object.assign(error, { code: 'ERR_HTTP_HEADERS_SENT' })
}
