import type { AnswerPlan, BodyRewriter, PlanAnswer } from './answer-plan.ts'
import { openAnswer, REWRITTEN_BODY_DROPS } from './open-answer.ts'

const NOTHING = new Uint8Array(0)
const UNCHANGED: BodyRewriter = { push: (chunk) => chunk, end: () => NOTHING }

/**
 * Applies a plan to an answer; the very same answer where nothing is planned.
 *
 * A rewriter that throws, and a cut where the length was announced, end the body with an error:
 * its status has left by then. A replacement is all that happens, and an answer without a body is
 * not rewritten.
 */
export function applyPlan(answer: Response, planAnswer: PlanAnswer): Response {
  const { headers, status } = answer
  const { replacement, rewriter, onOpen } = planAnswer({
    status,
    header: (name) => headers.get(name) ?? undefined,
  })
  // Some servers build `body` only when it is asked for, which costs more than a small answer.
  if (replacement === undefined && rewriter === undefined && onOpen === undefined) return answer
  const { body, statusText } = answer
  if (replacement !== undefined) {
    body?.cancel().catch(() => undefined)
    return replacement
  }
  if (body === null) onOpen?.(() => undefined)()
  if (body === null) return answer

  const planned = new Headers(headers)
  if (rewriter !== undefined) {
    for (const name of REWRITTEN_BODY_DROPS) planned.delete(name)
  }
  const stream = createBody(body, checked(rewriter), onOpen, planned.has('content-length'))
  return new Response(stream, { status, statusText, headers: planned })
}

/** Reads the inner body only as the outer one is read. */
function createBody(
  body: ReadableStream<Uint8Array>,
  rewriter: BodyRewriter,
  onOpen: AnswerPlan['onOpen'],
  hasLength: boolean,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let isOver = false
  let close: (() => void) | undefined

  function finish(reason?: unknown): void {
    isOver = true
    close?.()
    // What cancelling meets is of no interest to anybody any more.
    reader.cancel(reason).catch(() => undefined)
  }

  function open(controller: ReadableStreamDefaultController<Uint8Array>): void {
    if (onOpen === undefined) return
    close = openAnswer(onOpen, () => {
      isOver = true
      // A shorter body than announced would take the next answer for its rest.
      if (hasLength) controller.error(new Error('The answer was cut off.'))
      else controller.close()
      reader.cancel().catch(() => undefined)
    })
  }

  return new ReadableStream(
    {
      start: open,
      async pull(controller) {
        try {
          while (!isOver) {
            const { done, value } = await reader.read()
            const bytes = done ? await rewriter.end() : await rewriter.push(value)
            // It was cut off meanwhile.
            if (isOver) return
            if (bytes.byteLength !== 0) controller.enqueue(bytes)
            if (done) {
              controller.close()
              finish()
            } else if (bytes.byteLength !== 0) return
          }
        } catch (error) {
          if (isOver) return
          finish(error)
          throw error
        }
      },
      cancel: finish,
    },
    { highWaterMark: 0 },
  )
}

/** A stream that a handler made itself may hold anything, which would pass unread. */
function checked(rewriter: BodyRewriter | undefined): BodyRewriter {
  if (rewriter === undefined) return UNCHANGED
  return {
    push(chunk: unknown) {
      if (chunk instanceof Uint8Array) return rewriter.push(chunk)
      throw new TypeError('The body of an answer is a stream of bytes.')
    },
    end: () => rewriter.end(),
  }
}
