import { describe, expect, test, vi } from 'vitest'
import {
  type AnswerHead,
  type AnswerPlan,
  applyPlan,
  type BodyRewriter,
  createMessageRewriter,
} from '../../../src/http/index.ts'

const shout: BodyRewriter = {
  push: (chunk) => Buffer.from(Buffer.from(chunk).toString().toUpperCase()),
  end: () => Buffer.from('!'),
}
const shoutLater: BodyRewriter = {
  push: async (chunk) => shout.push(chunk),
  end: async () => shout.end(),
}

/** A body that counts what is read of it, and notes how it was cancelled. */
function source(chunks: readonly unknown[], end: 'close' | 'error' | 'open' = 'close') {
  const state = { pulled: 0, cancelled: [] as unknown[] }
  const stream = new ReadableStream(
    {
      pull(controller) {
        const chunk = chunks[state.pulled]
        state.pulled += 1
        if (chunk !== undefined) {
          controller.enqueue(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
        } else if (end === 'close') controller.close()
        else if (end === 'error') controller.error(new Error('inner'))
        else return new Promise(() => undefined)
        return undefined
      },
      cancel: (reason) => void state.cancelled.push(reason),
    },
    { highWaterMark: 0 },
  )
  return { stream, state }
}

/** A plan that opens the answer, with the way to cut it off. */
function opening(more: AnswerPlan = {}) {
  const closed = vi.fn<() => void>()
  const state = { cut: (): void => undefined }
  const plan = (): AnswerPlan => ({
    ...more,
    onOpen(end) {
      state.cut = end
      return closed
    },
  })
  return { plan, closed, state }
}

describe('the plan', () => {
  test('is asked once, with the head', () => {
    const heads: unknown[] = []
    const plan = (head: AnswerHead): AnswerPlan => {
      heads.push([head.status, head.header('content-type'), head.header('x-none')])
      return {}
    }
    const answer = new Response('x', { status: 201, headers: { 'Content-Type': 'text/plain' } })
    expect(applyPlan(answer, plan)).toBe(answer)
    expect(heads).toEqual([[201, 'text/plain', undefined]])
  })

  test('a replacement is all that happens, and the body is cancelled', async () => {
    const { stream, state } = source(['x'])
    const replacement = new Response('no', { status: 403 })
    const { plan, closed } = opening({ replacement, rewriter: shout })
    expect(applyPlan(new Response(stream), plan)).toBe(replacement)
    expect([state.pulled, state.cancelled, closed.mock.calls]).toEqual([0, [undefined], []])
  })

  test.each([204, 304])('an answer %i without a body passes, and is over at once', (status) => {
    const { plan, closed, state } = opening({ rewriter: shout })
    const answer = new Response(null, { status })
    expect(applyPlan(answer, plan)).toBe(answer)
    state.cut()
    expect(closed).toHaveBeenCalledTimes(1)
  })
})

describe('a rewritten body', () => {
  test.each([
    ['at once', shout],
    ['later', shoutLater],
  ])('%s: in order, with what the rewriter has left', async (_name, rewriter) => {
    const { stream } = source(['a', 'b', 'c'])
    expect(await applyPlan(new Response(stream), () => ({ rewriter })).text()).toBe('ABC!')
  })

  test('keeps status and fields, except those of the body as it was', () => {
    const headers = new Headers({
      'Content-Type': 'application/json',
      'Content-Length': '1',
      ETag: '"1"',
      Digest: 'd',
      'Content-Digest': 'd',
      'Repr-Digest': 'd',
      'X-Own': 'own',
    })
    headers.append('Set-Cookie', 'a=1')
    headers.append('Set-Cookie', 'b=2')
    const answer = new Response('x', { status: 201, statusText: 'Made', headers })
    const given = applyPlan(answer, () => ({ rewriter: shout }))
    expect([given.status, given.statusText, [...given.headers]]).toEqual([
      201,
      'Made',
      [
        ['content-type', 'application/json'],
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
        ['x-own', 'own'],
      ],
    ])
  })

  test('reads only what is read of it', async () => {
    const { stream, state } = source(['a', 'b', 'c', 'd'])
    const reader = applyPlan(new Response(stream), () => ({ rewriter: shout })).body?.getReader()
    await reader?.read()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(state.pulled).toBe(1)
  })

  test('a chunk that gives nothing asks for the next', async () => {
    const rewriter = createMessageRewriter('application/json', (value) => value, { maxBytes: 100 })
    const { stream } = source(['{"a"', ':1', '}'])
    const plan: AnswerPlan = rewriter === undefined ? {} : { rewriter }
    expect(await applyPlan(new Response(stream), () => plan).text()).toBe('{"a":1}')
  })

  test('what is no bytes is not passed unread', async () => {
    const { stream, state } = source([{ secret: 1 }])
    const given = applyPlan(new Response(stream), () => ({ rewriter: shout }))
    await expect(given.body?.getReader().read()).rejects.toThrow(TypeError)
    expect(state.cancelled).toHaveLength(1)
  })
})

describe('an end', () => {
  test('the last byte reports it, once', async () => {
    const { plan, closed, state } = opening()
    const answer = applyPlan(new Response(source(['a']).stream), plan)
    expect(closed).not.toHaveBeenCalled()
    expect(await answer.text()).toBe('a')
    state.cut()
    expect(closed).toHaveBeenCalledTimes(1)
  })

  test('a reader that goes away cancels the handler with its reason', async () => {
    const { plan, closed } = opening()
    const { stream, state } = source(['a'], 'open')
    await applyPlan(new Response(stream), plan).body?.cancel('gone')
    expect([state.cancelled, closed.mock.calls.length]).toEqual([['gone'], 1])
  })

  test('an error of the handler ends the answer with it', async () => {
    const { plan, closed } = opening({ rewriter: shout })
    const answer = applyPlan(new Response(source(['a'], 'error').stream), plan)
    await expect(answer.text()).rejects.toThrow('inner')
    expect(closed).toHaveBeenCalledTimes(1)
  })

  test.each(['push', 'end'] as const)(
    'what %s throws ends it, and cancels the handler',
    async (at) => {
      const broken = new Error('broken')
      const rewriter = {
        ...shout,
        [at]: () => {
          throw broken
        },
      }
      const { plan, closed } = opening({ rewriter })
      const { stream, state } = source(['a'])
      await expect(applyPlan(new Response(stream), plan).text()).rejects.toBe(broken)
      expect(closed).toHaveBeenCalledTimes(1)
      expect(state.cancelled).toEqual(at === 'push' ? [broken] : [])
    },
  )

  test('a cut ends a waiting read cleanly, and cancels the handler', async () => {
    const { plan, closed, state } = opening({ rewriter: shout })
    const inner = source(['a'], 'open')
    const reader = applyPlan(new Response(inner.stream), plan).body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('A')
    const waiting = reader?.read()
    await Promise.resolve()
    state.cut()
    state.cut()
    expect((await waiting)?.done).toBe(true)
    await vi.waitFor(() => expect(inner.state.cancelled).toHaveLength(1), 10_000)
    expect(closed).toHaveBeenCalledTimes(1)
  })

  test('a cut before the announced length is an error, not a shorter answer', async () => {
    const { plan, state } = opening()
    const headers = { 'Content-Length': '10' }
    const answer = applyPlan(new Response(source(['a'], 'open').stream, { headers }), plan)
    state.cut()
    await expect(answer.text()).rejects.toThrow('The answer was cut off.')
  })

  test('a cut while the answer is being opened', async () => {
    const closed = vi.fn<() => void>()
    const answer = applyPlan(new Response(source(['a']).stream), () => ({
      onOpen(end) {
        end()
        return closed
      },
    }))
    expect(await answer.text()).toBe('')
    expect(closed).toHaveBeenCalledTimes(1)
  })
})
