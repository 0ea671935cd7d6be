import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { interceptAnswer } from '../../src/adapters/node-answer.ts'
import type { AnswerPlan, BodyRewriter } from '../../src/http/index.ts'
import {
  filter,
  JSON_TYPE,
  type Listener,
  planned,
  protocols,
  STREAM,
  shout,
} from './node-answer-harness.ts'

/** A plan that opens the answer, with the way to cut it off. */
function opening(more: AnswerPlan = {}) {
  const closed = vi.fn<() => void>()
  const state = { opened: 0, cut: (): void => undefined }
  const plan: AnswerPlan = {
    ...more,
    onOpen(end) {
      state.opened += 1
      state.cut = end
      return closed
    },
  }
  return { plan, closed, state }
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

describe.each(protocols)('%s: an open answer', (_name, exchange) => {
  test.each([
    ['as it is', {}],
    ['rewritten', { rewriter: shout }],
  ])('%s: its end is reported once', async (_n, more) => {
    const { plan, closed, state } = opening(more)
    await exchange((response) => {
      interceptAnswer(response, planned(plan))
      response.writeHead(200, STREAM)
      response.end('a')
    })
    await settle()
    state.cut()
    expect([state.opened, closed.mock.calls.length]).toEqual([1, 1])
  })

  test.each([
    ['as it is', {}, 'a'],
    ['rewritten', { rewriter: shout }, 'A'],
  ])('%s: a cut ends it cleanly, and the rest vanishes', async (_n, more, body) => {
    const { plan, closed, state } = opening(more)
    const called: string[] = []
    const answer = await exchange((response) => {
      interceptAnswer(response, planned(plan))
      response.writeHead(200, STREAM)
      response.write('a')
      setTimeout(() => {
        state.cut()
        expect(response.write('secret', () => called.push('write'))).toBe(true)
        response.writeHead(500)
        response.end('secret', () => called.push('end'))
      }, 10)
    })
    await settle()
    expect([answer.body, answer.isWhole, closed.mock.calls.length]).toEqual([body, true, 1])
    expect(called.toSorted()).toEqual(['end', 'write'])
  })

  test('a cut before the announced length is no end that a client could believe', async () => {
    const { plan, closed, state } = opening()
    const answer = await exchange((response) => {
      interceptAnswer(response, planned(plan))
      response.writeHead(200, { ...STREAM, 'Content-Length': '10' })
      response.write('a')
      setTimeout(() => state.cut(), 10)
    })
    await settle()
    expect([answer.isWhole, closed.mock.calls.length]).toEqual([false, 1])
  })

  test('a cut where nothing was sent is 502', async () => {
    const { plan, state } = opening({ rewriter: filter('application/json') })
    const answer = await exchange((response) => {
      interceptAnswer(response, planned(plan))
      response.writeHead(200, JSON_TYPE)
      response.write('{"a":')
      state.cut()
      response.end('1}')
    })
    expect([answer.status, answer.isWhole]).toEqual([502, true])
  })

  test('a cut leaves an answer alone that the handler has ended', async () => {
    const { plan, state } = opening()
    const body = 'x'.repeat(3_000_000)
    const answer = await exchange((response) => {
      interceptAnswer(response, planned(plan))
      response.writeHead(200, { 'Content-Length': body.length })
      response.end(body)
      state.cut()
    })
    expect([answer.body === body, answer.isWhole]).toEqual([true, true])
  })

  test('a cut while the answer is being opened', async () => {
    const closed = vi.fn<() => void>()
    const answer = await exchange((response) => {
      const onOpen = (end: () => void): (() => void) => {
        end()
        return closed
      }
      interceptAnswer(response, planned({ onOpen }))
      response.writeHead(200, STREAM)
      response.write('secret')
      response.end()
    })
    await settle()
    expect([answer.body, answer.isWhole, closed.mock.calls.length]).toEqual(['', true, 1])
  })

  test.each([
    ['as it is', {}],
    ['rewritten', { rewriter: shout }],
  ])('%s: a client that goes away is an end', async (_n, more) => {
    const { plan, closed } = opening(more)
    const gone = Promise.withResolvers<ServerResponse>()
    const abort = new AbortController()
    await exchange(
      (response) => {
        interceptAnswer(response, planned(plan))
        response.writeHead(200, STREAM)
        response.write('a')
        response.once('close', () => gone.resolve(response))
      },
      { signal: abort.signal, onHead: () => abort.abort() },
    )
    const response = await gone.promise
    expect(closed).toHaveBeenCalledTimes(1)
    // Neither throws nor crashes the process.
    response.write('b')
    response.end('c')
    await settle()
    expect(closed).toHaveBeenCalledTimes(1)
  })

  test('a client that goes away while a message is rewritten', async () => {
    const waiting = Promise.withResolvers<Uint8Array>()
    const rewriter: BodyRewriter = { push: () => waiting.promise, end: () => new Uint8Array(0) }
    const { plan, closed } = opening({ rewriter })
    const gone = Promise.withResolvers<unknown>()
    const abort = new AbortController()
    const called = vi.fn<() => void>()
    await exchange(
      (response) => {
        interceptAnswer(response, planned(plan))
        response.writeHead(200, STREAM)
        response.write('a', called)
        response.end('b')
        response.once('close', gone.resolve)
      },
      { signal: abort.signal, onHead: () => abort.abort() },
    )
    await gone.promise
    waiting.resolve(Buffer.from('late'))
    await settle()
    expect([closed.mock.calls.length, called.mock.calls.length]).toEqual([1, 1])
  })

  test('an answer that nobody waits for any more is not opened', async () => {
    const { plan, state } = opening()
    const gone = Promise.withResolvers<ServerResponse>()
    const abort = new AbortController()
    const answer = exchange(
      (response) => {
        response.once('close', () => gone.resolve(response))
        setTimeout(() => abort.abort(), 5)
      },
      { signal: abort.signal },
    )
    const response = await gone.promise
    interceptAnswer(response, planned(plan))
    response.end('late')
    await answer
    expect(state.opened).toBe(0)
  })
})

test.each([
  ['at once', false],
  ['later', true],
])('a slow reader slows the handler down: rewritten %s', async (_name, isLater) => {
  let written = 0
  const event = `data: {"text":"${'x'.repeat(65_000)}"}\n\n`
  const server = createServer((_request, response) => {
    response.on('error', () => undefined)
    const rewriter = filter('text/event-stream', { maxBytes: 100_000, isLater })
    interceptAnswer(response, planned({ rewriter }))
    response.writeHead(200, STREAM)
    const flow = (): void => {
      while (written < 100_000_000 && !response.destroyed) {
        written += event.length
        if (!response.write(event)) {
          response.once('drain', flow)
          return
        }
      }
    }
    flow()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.pause()
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await new Promise((resolve) => setTimeout(resolve, 300))
  const before = written
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect([written === before, written > 0, written < 20_000_000]).toEqual([true, true, true])

  socket.resume()
  await vi.waitFor(() => expect(written).toBeGreaterThan(before + 20_000_000), { timeout: 10_000 })
  socket.destroy()
  server.close()
})

/** What comes back on one connection for these requests at once. */
async function pipeline(plans: AnswerPlan[], handle: Listener): Promise<string> {
  const server = createServer((_request, response) => {
    interceptAnswer(response, planned(plans.shift() ?? {}))
    handle(response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const requests = plans.map((_plan, at) => {
    const connection = at === plans.length - 1 ? 'close' : 'keep-alive'
    return `GET / HTTP/1.1\r\nHost: a\r\nConnection: ${connection}\r\n\r\n`
  })
  socket.write(requests.join(''))
  const received = Promise.withResolvers<string>()
  let text = ''
  socket.on('data', (chunk) => {
    text += String(chunk)
  })
  socket.on('close', () => {
    server.close()
    received.resolve(text)
  })
  socket.on('error', () => undefined)
  return received.promise
}

test('HTTP/1.1: a connection is used again after a replacement and a cut', async () => {
  const { plan, state } = opening({ rewriter: shout })
  const plans = [{ replacement: new Response('no', { status: 403 }) }, plan, {}]
  const received = await pipeline(plans, (response) => {
    response.writeHead(200, { ...STREAM, 'Content-Length': '3' })
    response.write('abc')
    state.cut()
    response.end()
  })
  const bodies = received
    .split('HTTP/1.1 ')
    .map((answer) => [answer.slice(0, 3), answer.split('\r\n\r\n').slice(1).join('|')])
  expect(bodies.slice(1)).toEqual([
    ['403', 'no'],
    ['200', '3\r\nABC\r\n0|'],
    ['200', 'abc'],
  ])
})

test('HTTP/1.1: no answer follows one that was cut before its announced length', async () => {
  const { plan, state } = opening()
  const received = await pipeline([plan, {}], (response) => {
    response.writeHead(200, { ...STREAM, 'Content-Length': '9' })
    response.write('abc')
    setTimeout(() => state.cut(), 20)
  })
  expect(received.split('HTTP/1.1 ')).toHaveLength(2)
  expect(received.endsWith('\r\n\r\nabc')).toBe(true)
})
