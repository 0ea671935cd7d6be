import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { interceptAnswer } from '../../src/adapters/node-answer.ts'
import type { AnswerHead, BodyRewriter } from '../../src/http/index.ts'
import { broken, type Listener, planned, protocols, shout } from './node-answer-harness.ts'

const methodsOf = (response: ServerResponse): unknown[] => [
  Reflect.get(response, 'writeHead'),
  Reflect.get(response, 'flushHeaders'),
  Reflect.get(response, 'write'),
  Reflect.get(response, 'end'),
]

describe.each(protocols)('%s: the plan', (_name, exchange) => {
  const writers: readonly (readonly [string, Listener])[] = [
    ['writeHead', (response) => response.writeHead(201, { 'X-Own': 'own' }).end('body')],
    ['writeHead, flat', (response) => response.writeHead(201, ['X-Own', 'own']).end('body')],
    [
      'setHeader, end',
      (response) => {
        response.statusCode = 201
        response.setHeader('X-Own', 'own')
        response.end('body')
      },
    ],
    [
      'write, end',
      (response) => {
        response.statusCode = 201
        response.setHeader('x-own', ['own'])
        response.write('bo')
        response.end('dy')
      },
    ],
    [
      'flushHeaders',
      (response) => {
        response.statusCode = 201
        response.setHeader('X-Own', 'own')
        response.flushHeaders()
        response.end('body')
      },
    ],
    [
      'setHeader below writeHead',
      (response) => {
        response.setHeader('X-Own', 'other')
        response.writeHead(201, { 'x-own': 'own' })
        response.write(Buffer.from('body'))
        response.end()
      },
    ],
  ]

  test.each(writers)(
    '%s: is made once, with the head; nothing planned changes nothing',
    async (_w, write) => {
      const heads: unknown[] = []
      const answer = await exchange((response) => {
        interceptAnswer(response, (head: AnswerHead) => {
          heads.push([head.status, head.header('x-own'), head.header('x-none')])
          return {}
        })
        write(response)
        expect(methodsOf(response)).toEqual(methodsOf(Object.getPrototypeOf(response)))
      })
      expect(heads).toEqual([[201, 'own', undefined]])
      expect([answer.status, answer.headers['x-own'], answer.body, answer.isWhole]).toEqual([
        201,
        'own',
        'body',
        true,
      ])
    },
  )

  test.each(writers)('%s: what is written is rewritten', async (_w, write) => {
    const answer = await exchange((response) => {
      interceptAnswer(response, planned({ rewriter: shout }))
      write(response)
    })
    expect([answer.status, answer.headers['x-own'], answer.body, answer.isWhole]).toEqual([
      201,
      'own',
      'BODY!',
      true,
    ])
  })

  test.each(writers)('%s: what is written is replaced', async (_w, write) => {
    const replacement = new Response('no', {
      status: 403,
      headers: { 'WWW-Authenticate': 'Bearer', Vary: 'A' },
    })
    const answer = await exchange((response) => {
      response.setHeader('Vary', 'Origin')
      response.setHeader('Access-Control-Allow-Origin', '*')
      interceptAnswer(response, planned({ replacement, rewriter: broken }))
      write(response)
    })
    expect([answer.status, answer.body, answer.isWhole]).toEqual([403, 'no', true])
    expect(answer.headers).toMatchObject({
      vary: 'Origin, A',
      'access-control-allow-origin': '*',
      'www-authenticate': 'Bearer',
      'content-length': '2',
    })
    expect(answer.headers['x-own']).toBeUndefined()
  })

  test('a plan that throws lets nothing out', async () => {
    const answer = await exchange((response) => {
      interceptAnswer(response, () => {
        throw new Error('broken')
      })
      response.end('secret')
    })
    expect([answer.status, answer.body]).toEqual([500, ''])
  })

  test('a head that Node refuses is none: the next one is planned too', async () => {
    const heads: number[] = []
    const answer = await exchange((response) => {
      interceptAnswer(response, ({ status }) => {
        heads.push(status)
        return status === 200 ? {} : { rewriter: shout }
      })
      expect(() => response.writeHead(200, { 'X Own': 'own' })).toThrow('valid HTTP token')
      response.writeHead(400).end('no')
    })
    expect([heads, answer.status, answer.body]).toEqual([[200, 400], 400, 'NO!'])
  })

  test('informational answers come before it', async () => {
    const heads: number[] = []
    const answer = await exchange((response) => {
      interceptAnswer(response, ({ status }) => {
        heads.push(status)
        return {}
      })
      response.writeContinue()
      response.writeEarlyHints({ link: '</a.css>; rel=preload' })
      response.end('body')
    })
    expect([heads, answer.status, answer.body, answer.informational.includes(103)]).toEqual([
      [200],
      200,
      'body',
      true,
    ])
  })

  test('wrappers of middlewares, before and after, keep working', async () => {
    const seen: string[] = []
    const wrap = (response: ServerResponse, name: string): void => {
      const end = response.end.bind(response)
      response.end = ((...args: Parameters<typeof end>) => {
        seen.push(name)
        return end(...args)
      }) as typeof end
    }
    const answer = await exchange((response) => {
      wrap(response, 'before')
      interceptAnswer(response, planned({}))
      wrap(response, 'after')
      response.writeHead(200)
      response.end('body')
    })
    expect([seen, answer.body]).toEqual([['after', 'before'], 'body'])
  })

  test('one inside of another, with a middleware between them, has its say first', async () => {
    const seen: string[] = []
    const exclaim: BodyRewriter = { push: (chunk) => chunk, end: () => Buffer.from(' ends') }
    const answer = await exchange((response) => {
      interceptAnswer(response, planned({ rewriter: shout }))
      const writeHead = response.writeHead.bind(response)
      response.writeHead = (status: number) => {
        seen.push('middleware')
        return writeHead(status)
      }
      interceptAnswer(response, planned({ rewriter: exclaim }))
      response.end('body')
    })
    expect([seen, answer.body]).toEqual([['middleware'], 'BODY ENDS!'])
  })
})
