import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { interceptAnswer } from '../../src/adapters/node-answer.ts'
import {
  broken,
  filter,
  JSON_TYPE,
  type Listener,
  planned,
  protocols,
  STREAM,
  shout,
  shoutLater,
} from './node-answer-harness.ts'

describe.each(protocols)('%s: a rewritten body', (_name, exchange) => {
  test.each([
    ['at once', shout],
    ['later', shoutLater],
  ])('%s: in order, with its callbacks', async (_n, rewriter) => {
    const called: string[] = []
    const answer = await exchange((response) => {
      interceptAnswer(response, planned({ rewriter }))
      response.writeHead(200, { ...STREAM, 'Content-Length': '4', ETag: '"1"' })
      response.write('YQ==', 'base64', () => called.push('a'))
      response.write(Buffer.from('b'), () => called.push('b'))
      response.write('c')
      response.end('d', () => called.push('end'))
      expect([response.headersSent, response.writableEnded]).toEqual([true, true])
    })
    expect([answer.body, answer.isWhole, called]).toEqual(['ABCD!', true, ['a', 'b', 'end']])
    expect([answer.headers['content-length'], answer.headers['etag']]).toEqual([
      undefined,
      undefined,
    ])
  })

  test('a JSON body comes with its own length', async () => {
    const answer = await exchange((response) => {
      interceptAnswer(
        response,
        planned({ rewriter: filter('application/json', { isLater: true }) }),
      )
      response.writeHead(200, {
        ...JSON_TYPE,
        'Content-Length': '12',
        'Transfer-Encoding': 'chunked',
      })
      expect([response.headersSent, () => response.writeHead(200)]).toEqual([
        true,
        expect.any(Function),
      ])
      expect(() => response.writeHead(200)).toThrow('Cannot write headers after they are sent')
      response.flushHeaders()
      response.write('{"secret"')
      response.end(':1}')
    })
    expect([answer.body, answer.isWhole, answer.headers['content-length']]).toEqual([
      '{"changed":true}',
      true,
      '16',
    ])
    expect(answer.headers['transfer-encoding']).toBeUndefined()
  })

  test('HEAD', async () => {
    const answer = await exchange(
      (response) => {
        interceptAnswer(response, planned({ rewriter: filter('application/json') }))
        response.writeHead(200, { ...JSON_TYPE, 'Content-Length': '12' })
        response.end('{"secret":1}')
      },
      { method: 'HEAD' },
    )
    expect([answer.status, answer.body, answer.isWhole]).toEqual([200, '', true])
    expect(answer.headers['content-length']).toBeUndefined()
  })

  test.each([204, 304])('status %i', async (status) => {
    const answer = await exchange((response) => {
      interceptAnswer(response, planned({ rewriter: filter('application/json') }))
      response.writeHead(status).end()
    })
    expect([answer.status, answer.body, answer.isWhole]).toEqual([status, '', true])
  })

  test('too large for it: 502, and the rest vanishes', async () => {
    const called: string[] = []
    const answer = await exchange((response) => {
      response.setHeader('X-Early', 'stays')
      interceptAnswer(response, planned({ rewriter: filter('application/json', { maxBytes: 10 }) }))
      response.writeHead(200, { ...JSON_TYPE, 'X-Own': 'own' })
      response.write('{"secret":1', () => called.push('write'))
      response.write('234')
      response.end('}', () => called.push('end'))
    })
    expect([answer.status, JSON.parse(answer.body), answer.isWhole]).toEqual([
      502,
      {
        error: 'bad_gateway',
        error_description: 'The server gave no answer that can be passed on.',
      },
      true,
    ])
    expect([answer.headers['x-own'], answer.headers['x-early'], called]).toEqual([
      undefined,
      'stays',
      ['write', 'end'],
    ])
  })

  test('a stream that fails is cut off, visibly', async () => {
    const answer = await exchange((response) => {
      interceptAnswer(
        response,
        planned({
          rewriter: {
            ...shout,
            push: (chunk) => (chunk[0] === 120 ? broken.push(chunk) : shout.push(chunk)),
          },
        }),
      )
      response.writeHead(200, STREAM)
      response.write('a')
      setTimeout(() => {
        response.write('x')
        response.end('secret')
      }, 20)
    })
    expect([answer.status, answer.body, answer.isWhole]).toEqual([200, 'A', false])
  })

  test('the head of a stream leaves at once, with nothing to send yet', async () => {
    for (const begin of [
      (response: ServerResponse) => response.flushHeaders(),
      (response: ServerResponse) => response.write('data: unfinished'),
    ]) {
      const rewriter = filter('text/event-stream')
      const held = Promise.withResolvers<ServerResponse>()
      const handle: Listener = (response) => {
        interceptAnswer(response, planned({ rewriter }))
        response.writeHead(200, STREAM)
        begin(response)
        held.resolve(response)
      }
      const end = async (): Promise<unknown> => (await held.promise).end()
      expect((await exchange(handle, { onHead: () => void end() })).status).toBe(200)
    }
  })

  test('a pipe is slowed down while bytes wait, and goes on', async () => {
    const pieces = Array.from({ length: 200 }, (_, at) => `${at},`)
    const answer = await exchange((response) => {
      interceptAnswer(
        response,
        planned({ rewriter: { ...shoutLater, push: async (chunk) => shout.push(chunk) } }),
      )
      response.writeHead(200, STREAM)
      expect(response.write('<')).toBe(false)
      response.once('drain', () => Readable.from(pieces).pipe(response))
    })
    expect([answer.body, answer.isWhole]).toEqual([`<${pieces.join('')}!`, true])
  })

  test('what is no chunk is refused', async () => {
    const answer = await exchange((response) => {
      interceptAnswer(response, planned({ rewriter: shout }))
      expect(() => response.write({ secret: 1 })).toThrow(TypeError)
      expect(() => response.write(null)).toThrow(TypeError)
      response.end('a')
    })
    expect(answer.body).toBe('A!')
  })

  test('after the end nothing more goes out', async () => {
    const answer = await exchange((response) => {
      interceptAnswer(response, planned({ rewriter: shoutLater }))
      response.writeHead(200, STREAM)
      response.end('a')
      response.write('b')
      response.end('c')
    })
    expect([answer.body, answer.isWhole]).toEqual(['A!', true])
  })
})
