import type { ServerResponse } from 'node:http'
import {
  type AnswerHead,
  type AnswerPlan,
  type BodyRewriter,
  isEventStream,
  openAnswer,
  type PlanAnswer,
} from '../http/index.ts'
import {
  abort,
  absorbHead,
  dropFieldsOfBody,
  type Fields,
  isGone,
  readHead,
} from './node-answer-head.ts'
import { createRewritten, type Rewritten } from './node-answer-rewritten.ts'
import {
  type AnswerMethods,
  createReplaced,
  createSwallowed,
  type Outgoing,
} from './node-answer-stages.ts'

type Method = keyof AnswerMethods
type OnOpen = NonNullable<AnswerPlan['onOpen']>

/**
 * Applies a plan to what a handler writes to a response of `node:http`, or of the compatibility
 * API of `node:http2`.
 *
 * Call it before the handler, after the fields that every answer shall have are set: those stay on
 * a replacement, what the handler sets does not. The plan is made when the handler sends its head,
 * by whichever method; informational answers (1xx) may come before. Where no body is rewritten
 * Node's own methods are back from then on. A rewritten body holds its head until its first bytes,
 * so that a failure is answered 502; the head of an event stream leaves at once. What a handler
 * writes after a replacement, a failure or a cut vanishes. A plan that throws is answered 500.
 */
export function interceptAnswer(response: ServerResponse, planAnswer: PlanAnswer): void {
  new Interception(response, planAnswer).install()
}

const INTERCEPTION = Symbol('interception')

type InterceptedResponse = ServerResponse & { [INTERCEPTION]?: Interception }

/**
 * The same functions for every response, so that the engine has one shape of responses to learn:
 * closures for each cost more than all else that is done here.
 */
const SHARED: AnswerMethods = {
  writeHead(this: InterceptedResponse, ...args: unknown[]) {
    return this[INTERCEPTION]?.call('writeHead', args)
  },
  flushHeaders(this: InterceptedResponse, ...args: unknown[]) {
    return this[INTERCEPTION]?.call('flushHeaders', args)
  },
  write(this: InterceptedResponse, ...args: unknown[]) {
    return this[INTERCEPTION]?.call('write', args)
  },
  end(this: InterceptedResponse, ...args: unknown[]) {
    return this[INTERCEPTION]?.call('end', args)
  },
}

/** One answer on its way through a plan. */
class Interception {
  readonly #response: InterceptedResponse
  /** Of Node, of a middleware, or of an interception that this one is inside of. */
  readonly #before: AnswerMethods
  readonly #installed: AnswerMethods
  readonly #planAnswer: PlanAnswer
  /** The fields from before the handler. */
  readonly #initial: Fields
  #stage: AnswerMethods | undefined
  // Not bound methods as another stage: that would cost more than all the rest.
  #isPassing = false

  constructor(response: InterceptedResponse, planAnswer: PlanAnswer) {
    this.#response = response
    this.#before = readMethods(response)
    this.#installed = response[INTERCEPTION] === undefined ? SHARED : methodsOf(this)
    this.#planAnswer = planAnswer
    this.#initial = response.getHeaders()
    response[INTERCEPTION] ??= this
  }

  install(): void {
    const { writeHead, flushHeaders, write, end } = this.#installed
    const target = this.#response as unknown as Writable<AnswerMethods>
    target.writeHead = writeHead
    target.flushHeaders = flushHeaders
    target.write = write
    target.end = end
  }

  /**
   * Puts methods back, except where a middleware has wrapped ours in turn. They are not deleted: V8
   * makes a slow object of it, which costs more than the whole interception.
   */
  #restore(): void {
    const target = this.#response as unknown as Writable<AnswerMethods>
    const ours = this.#installed
    const before = this.#before
    if (target.writeHead === ours.writeHead) target.writeHead = before.writeHead
    if (target.flushHeaders === ours.flushHeaders) target.flushHeaders = before.flushHeaders
    if (target.write === ours.write) target.write = before.write
    if (target.end === ours.end) target.end = before.end
  }

  call(method: Method, args: unknown[]): unknown {
    if (this.#stage !== undefined) return this.#stage[method](...args)
    return this.#isPassing
      ? this.#before[method].apply(this.#response, args)
      : this.#begin(method, args)
  }

  #begin(method: Method, args: unknown[]): unknown {
    const headArgs = method === 'writeHead' ? args : []
    const head = readHead(this.#response, headArgs)
    const { replacement, rewriter, onOpen } = planOrFail(this.#planAnswer, head)
    if (replacement !== undefined) {
      this.#stage = createReplaced(this.#outgoing(), replacement)
    } else if (rewriter !== undefined) {
      const rewritten = rewriteAnswer(this.#outgoing(), head, headArgs, rewriter)
      this.#stage = rewritten.methods
      openResponse(this.#response, onOpen, rewritten.cutOff)
    } else return this.#pass(method, args, head, onOpen)
    return method === 'writeHead' ? this.#response : this.#stage[method](...args)
  }

  #pass(method: Method, args: unknown[], head: AnswerHead, onOpen?: OnOpen): unknown {
    const hasLength = onOpen !== undefined && head.header('content-length') !== undefined
    this.#isPassing = true
    try {
      const result = this.#before[method].apply(this.#response, args)
      this.#restore()
      return result
    } catch (error) {
      // A head that Node refuses is none.
      this.#isPassing = this.#response.headersSent
      throw error
    } finally {
      if (this.#isPassing) openResponse(this.#response, onOpen, () => this.#cutOff(hasLength))
    }
  }

  #cutOff(hasLength: boolean): void {
    // What the handler has ended is on its way.
    if (this.#response.writableEnded) return
    this.#stage = createSwallowed(this.#response)
    this.install()
    // A shorter body than announced would take the next answer for its rest.
    if (hasLength) abort(this.#response)
    else this.#before.end.call(this.#response)
  }

  #outgoing(): Outgoing {
    const response = this.#response
    return { response, native: bindMethods(this.#before, response), initial: this.#initial }
  }
}

function rewriteAnswer(
  outgoing: Outgoing,
  head: AnswerHead,
  headArgs: readonly unknown[],
  rewriter: BodyRewriter,
): Rewritten {
  const isHeld = !isEventStream(head.header('content-type'))
  absorbHead(outgoing.response, headArgs)
  dropFieldsOfBody(outgoing.response)
  return createRewritten(outgoing, rewriter, isHeld)
}

function openResponse(
  response: ServerResponse,
  onOpen: OnOpen | undefined,
  cutOff: () => void,
): void {
  if (onOpen === undefined || isGone(response)) return
  const close = openAnswer(onOpen, cutOff)
  response.once('finish', close)
  response.once('close', close)
}

function planOrFail(planAnswer: PlanAnswer, head: AnswerHead): AnswerPlan {
  try {
    return planAnswer(head)
  } catch {
    return { replacement: new Response(null, { status: 500 }) }
  }
}

function readMethods(response: ServerResponse): AnswerMethods {
  const { writeHead, flushHeaders, write, end } = response as unknown as AnswerMethods
  return { writeHead, flushHeaders, write, end }
}

/** Of an interception inside of another one: the shared functions lead to the outer one. */
function methodsOf(interception: Interception): AnswerMethods {
  return {
    writeHead: (...args) => interception.call('writeHead', args),
    flushHeaders: (...args) => interception.call('flushHeaders', args),
    write: (...args) => interception.call('write', args),
    end: (...args) => interception.call('end', args),
  }
}

function bindMethods(methods: AnswerMethods, response: ServerResponse): AnswerMethods {
  return {
    writeHead: methods.writeHead.bind(response),
    flushHeaders: methods.flushHeaders.bind(response),
    write: methods.write.bind(response),
    end: methods.end.bind(response),
  }
}

type Writable<Type> = { -readonly [Name in keyof Type]: Type[Name] }
