import type { ServerResponse } from 'node:http'
import {
  type AnswerHead,
  type AnswerPlan,
  type BodyRewriter,
  isEventStream,
  openAnswer,
  type PlanAnswer,
} from '../http/index.ts'
import { abort, absorbHead, dropFieldsOfBody, isGone, readHead } from './node-answer-head.ts'
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
  const initial = response.getHeaders()
  const before = readMethods(response)
  let stage: AnswerMethods | undefined
  // Not bound methods as another stage: that would cost more than all the rest.
  let isPassing = false

  const outgoing = (): Outgoing => ({ response, native: bindMethods(before, response), initial })

  function begin(method: Method, args: unknown[]): unknown {
    const headArgs = method === 'writeHead' ? args : []
    const head = readHead(response, headArgs)
    const { replacement, rewriter, onOpen } = planOrFail(planAnswer, head)
    if (replacement !== undefined) {
      stage = createReplaced(outgoing(), replacement)
    } else if (rewriter !== undefined) {
      const rewritten = rewriteAnswer(outgoing(), head, headArgs, rewriter)
      stage = rewritten.methods
      openResponse(response, onOpen, rewritten.cutOff)
    } else return pass(method, args, head, onOpen)
    return method === 'writeHead' ? response : stage[method](...args)
  }

  function pass(method: Method, args: unknown[], head: AnswerHead, onOpen?: OnOpen): unknown {
    const hasLength = onOpen !== undefined && head.header('content-length') !== undefined
    isPassing = true
    try {
      const result = before[method].apply(response, args)
      restoreMethods(response, before, installed)
      return result
    } catch (error) {
      // A head that Node refuses is none.
      isPassing = response.headersSent
      throw error
    } finally {
      if (isPassing) openResponse(response, onOpen, () => cutOff(hasLength))
    }
  }

  function cutOff(hasLength: boolean): void {
    // What the handler has ended is on its way.
    if (response.writableEnded) return
    stage = createSwallowed(response)
    Object.assign(response, installed)
    // A shorter body than announced would take the next answer for its rest.
    if (hasLength) abort(response)
    else before.end.call(response)
  }

  function call(method: Method, args: unknown[]): unknown {
    if (stage !== undefined) return stage[method](...args)
    return isPassing ? before[method].apply(response, args) : begin(method, args)
  }
  const installed: AnswerMethods = {
    writeHead: (...args) => call('writeHead', args),
    flushHeaders: (...args) => call('flushHeaders', args),
    write: (...args) => call('write', args),
    end: (...args) => call('end', args),
  }
  Object.assign(response, installed)
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

/** The methods as they are, of Node or of a middleware. */
function readMethods(response: ServerResponse): AnswerMethods {
  const { writeHead, flushHeaders, write, end } = response as unknown as AnswerMethods
  return { writeHead, flushHeaders, write, end }
}

function bindMethods(methods: AnswerMethods, response: ServerResponse): AnswerMethods {
  return {
    writeHead: methods.writeHead.bind(response),
    flushHeaders: methods.flushHeaders.bind(response),
    write: methods.write.bind(response),
    end: methods.end.bind(response),
  }
}

/**
 * Puts methods back, except where a middleware has wrapped ours in turn. They are not deleted: V8
 * makes a slow object of it, which costs more than the whole interception.
 */
function restoreMethods(
  response: ServerResponse,
  before: AnswerMethods,
  installed: AnswerMethods,
): void {
  const current = response as unknown as { -readonly [name in Method]: AnswerMethods[name] }
  if (current.writeHead === installed.writeHead) current.writeHead = before.writeHead
  if (current.flushHeaders === installed.flushHeaders) current.flushHeaders = before.flushHeaders
  if (current.write === installed.write) current.write = before.write
  if (current.end === installed.end) current.end = before.end
}
