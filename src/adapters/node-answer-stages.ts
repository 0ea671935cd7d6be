import type { ServerResponse } from 'node:http'
import { abort, type Fields, hasContent, replaceHead } from './node-answer-head.ts'

/** The methods that a handler answers with; arguments as Node takes them. */
export interface AnswerMethods {
  readonly writeHead: (...args: unknown[]) => unknown
  readonly flushHeaders: (...args: unknown[]) => unknown
  readonly write: (...args: unknown[]) => unknown
  readonly end: (...args: unknown[]) => unknown
}

/** An answer on its way, with the methods of Node that send it. */
export interface Outgoing {
  readonly response: ServerResponse
  readonly native: AnswerMethods
  /** The fields from before the handler. */
  readonly initial: Fields
}

/** What a handler has called after a write. */
export type Callback = (error?: Error | null) => void

/** How Node refuses what is no bytes, in fewer words. */
export const WRONG_CHUNK = 'A chunk is a string or a Uint8Array.'

/** Takes what a handler writes, and forgets it. */
export function createSwallowed(response: ServerResponse): AnswerMethods {
  return {
    writeHead: () => response,
    flushHeaders: () => undefined,
    write(...args) {
      afterwards(readWrite(args).callback)
      return true
    },
    end(...args) {
      afterFinish(response, readWrite(args).callback)
      return response
    },
  }
}

/** Sends a whole answer; what the handler writes is forgotten. */
export function createReplaced(outgoing: Outgoing, replacement: Response): AnswerMethods {
  const { response } = outgoing
  const swallowed = createSwallowed(response)
  let isEnded = false
  pretend(response, () => isEnded)
  void sendReplacement(outgoing, replacement)
  return {
    ...swallowed,
    end(...args) {
      isEnded = true
      return swallowed.end(...args)
    },
  }
}

/** Sends an answer of our own. Nothing may have been sent. */
export async function sendReplacement(outgoing: Outgoing, answer: Response): Promise<void> {
  try {
    const bytes = new Uint8Array(await answer.arrayBuffer())
    replaceHead(outgoing.response, answer, outgoing.initial)
    sendWhole(outgoing, bytes, undefined)
  } catch {
    abort(outgoing.response)
  }
}

/** Sends the head as it is set, with a body whose length is known. */
export function sendWhole(
  { response, native }: Outgoing,
  bytes: Uint8Array,
  callback: Callback | undefined,
): void {
  const isSent = hasContent(response)
  response.removeHeader('transfer-encoding')
  if (isSent && !response.hasHeader('trailer')) {
    response.setHeader('content-length', bytes.byteLength)
  }
  native.writeHead(response.statusCode)
  if (isSent && bytes.byteLength > 0) native.write(bytes)
  native.end(callback)
}

/** A handler sees its answer as far as it has got itself. */
export function pretend(response: ServerResponse, isEnded: () => boolean): void {
  const native: object = Object.getPrototypeOf(response)
  Object.defineProperties(response, {
    headersSent: { configurable: true, value: true },
    writableEnded: {
      configurable: true,
      get: () => isEnded() || Reflect.get(native, 'writableEnded', response) === true,
    },
  })
}

/** Calls back as Node does: not before the caller goes on. */
export function afterwards(callback: Callback | undefined): void {
  if (callback !== undefined) queueMicrotask(callback)
}

/** Calls back when the answer has been handed over. */
export function afterFinish(response: ServerResponse, callback: Callback | undefined): void {
  if (callback === undefined) return
  if (response.writableFinished || response.destroyed) queueMicrotask(callback)
  else response.once('finish', () => callback())
}

/** `write(chunk, [encoding], [callback])`, and `end` where all of them may be left out. */
export function readWrite(args: readonly unknown[]): {
  readonly bytes: Uint8Array | undefined
  readonly callback: Callback | undefined
} {
  const [chunk, encoding] = args
  const callback = args.find((arg) => typeof arg === 'function') as Callback | undefined
  if (chunk === undefined || chunk === null || chunk === callback) {
    return { bytes: undefined, callback }
  }
  if (chunk instanceof Uint8Array) return { bytes: chunk, callback }
  if (typeof chunk !== 'string') throw new TypeError(WRONG_CHUNK)
  const name = typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'
  return { bytes: Buffer.from(chunk, name), callback }
}
