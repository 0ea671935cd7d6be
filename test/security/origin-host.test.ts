import { createTestAuthorizationServer } from 'mcp-gatehouse/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { WRONG_CONTENT_TYPE, WRONG_HOST, WRONG_ORIGIN } from '../adapters/answers.ts'
import { ALLOWED_ORIGIN } from '../adapters/matrix.ts'
import { exchange, sendBytes, type WireRequest } from '../adapters/wire.ts'
import { bearer, call, openWorld, post, RESOURCE, SCOPE } from '../adapters/world.ts'
import { everywhere, expectRefusal, takeReasons } from './cases.ts'

const world = await openWorld({ server: { allowedOrigins: [ALLOWED_ORIGIN] } })
/** A server of a developer, which a web page could reach by DNS rebinding. */
const local = await openWorld({ server: { resource: 'http://127.0.0.1:3000/mcp' } })
const { tokens } = world
afterAll(() => Promise.all([world.close(), local.close()]))

const BAD_ORIGIN = { answer: WRONG_ORIGIN, reason: 'origin' }
const BAD_HOST = { answer: WRONG_HOST, reason: 'host' }
const NOT_JSON = { answer: WRONG_CONTENT_TYPE, reason: 'content_type' }
const UPGRADE = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
] as const

describe('SEC-098 a page of another origin', () => {
  const origins: readonly WireRequest['headers'][] = [
    [['Origin', 'https://evil.example']],
    [['Origin', 'null']],
    [['Origin', '']],
    [['Origin', `${ALLOWED_ORIGIN}.evil.example`]],
    [['Origin', `${ALLOWED_ORIGIN}:8443`]],
    [['Origin', `${ALLOWED_ORIGIN}/`]],
    [['Origin', ALLOWED_ORIGIN.toUpperCase()]],
    [['Origin', ALLOWED_ORIGIN.replace('https', 'http')]],
    [
      ['Origin', ALLOWED_ORIGIN],
      ['Origin', 'https://evil.example'],
    ],
  ]
  test.each(world.apps)(
    'SEC-098 is refused without a token (%s)',
    everywhere(world, async (app) => {
      for (const headers of origins) {
        await expectRefusal(world, app, { headers: headers ?? [] }, BAD_ORIGIN)
        await expectRefusal(world, app, post(call(1), ...(headers ?? [])), BAD_ORIGIN)
      }
    }),
  )

  test.each(world.apps)(
    'SEC-098 is refused with a valid token (%s)',
    everywhere(world, async (app) => {
      for (const headers of origins) {
        const request = post(call(1), bearer(tokens.good), ...(headers ?? []))
        await expectRefusal(world, app, request, BAD_ORIGIN)
      }
    }),
  )
})

describe('SEC-100 a POST that a page can send without a preflight', () => {
  const types: readonly WireRequest['headers'][] = [
    [['Content-Type', 'text/plain']],
    [['Content-Type', 'text/plain; application/json']],
    [['Content-Type', 'application/x-www-form-urlencoded']],
    [['Content-Type', 'multipart/form-data; boundary=x']],
    [['Content-Type', 'application/jsonp']],
    [['Content-Type', '']],
    [['Content-Type', 'application/json, text/plain']],
    [
      ['Content-Type', 'application/json'],
      ['Content-Type', 'text/plain'],
    ],
    [],
  ]
  test.each(world.apps)(
    'SEC-100 is answered 415, whatever its token (%s)',
    everywhere(world, async (app) => {
      for (const headers of types) {
        for (const authorization of [[], [bearer(tokens.good)]]) {
          const request: WireRequest = {
            method: 'POST',
            headers: [...(headers ?? []), ...authorization],
            body: JSON.stringify(call(1)),
          }
          await expectRefusal(world, app, request, NOT_JSON)
        }
      }
    }),
  )

  test.each(world.apps)(
    'SEC-100 JSON is let through with its parameters (%s)',
    everywhere(world, async (app) => {
      for (const type of ['application/json', 'Application/JSON; charset=utf-8']) {
        const headers = [['Content-Type', type], bearer(tokens.good)] as const
        const answer = await app.send({ method: 'POST', headers, body: JSON.stringify(call(1)) })
        expect(answer.status).toBe(200)
      }
      expect(world.takeSeen().map(({ body }) => body)).toEqual([call(1), call(1)])
    }),
  )
})

describe('SEC-102 the Host field', () => {
  const hosts = [
    '',
    'a@localhost',
    'localhost:99999',
    '[::1',
    '127.0.0.1.nip.io',
    'LOCALHOST.',
    'x'.repeat(4_096),
    'evil.example',
    'localhost/',
    'localhost:',
    'localhost, localhost',
  ]
  test.each(local.apps)(
    'SEC-102 that is malformed or of somebody else is refused (%s)',
    everywhere(local, async (app) => {
      for (const host of hosts) {
        const { status } = await app.send({ host, headers: [bearer(local.tokens.good)] })
        expect([host.slice(0, 30), status]).toEqual([host.slice(0, 30), 400])
      }
      expect(local.takeSeen()).toEqual([])
      // Some servers refuse some of them before the gate can.
      expect(new Set(takeReasons(local))).toEqual(new Set(['host']))
    }),
  )

  test.each(local.apps)(
    'SEC-102 two lines are refused, the same ones too (%s)',
    everywhere(local, async (app) => {
      for (const second of ['127.0.0.1', 'evil.example']) {
        const headers = [['Host', second], bearer(local.tokens.good)] as const
        await expectRefusal(local, app, { host: '127.0.0.1', headers }, BAD_HOST)
      }
    }),
  )

  test.each(local.apps)(
    'SEC-102 the names of this machine are let through (%s)',
    everywhere(local, async (app) => {
      for (const host of ['localhost', 'LOCALHOST:1', '127.0.0.1:65535', '[::1]:3000']) {
        const { status } = await app.send({ host, headers: [bearer(local.tokens.good)] })
        expect([host, status]).toEqual([host, 200])
      }
    }),
  )

  const sockets = local.apps.flatMap(([name, { port }]) =>
    port === undefined ? [] : [[name, port] as const],
  )
  test.each(sockets)('SEC-102 a request without one is refused (%s)', async (_name, port) => {
    local.takeSeen()
    const authorization = `Authorization: Bearer ${local.tokens.good}`
    for (const version of ['1.1', '1.0']) {
      const answer = await sendBytes(port, `GET /mcp HTTP/${version}\r\n${authorization}\r\n\r\n`)
      expect(answer.split('\r\n')[0]).toBe('HTTP/1.1 400 Bad Request')
    }
    expect(local.takeSeen()).toEqual([])
  })
})

describe('SEC-103 the same attacks elsewhere', () => {
  const requests: readonly WireRequest[] = [
    { target: '/sse' },
    { ...post(call(1)), target: '/messages?sessionId=1' },
    { target: '/mcp', headers: UPGRADE },
    { method: 'DELETE', target: '/mcp' },
  ]
  test.each(local.apps)(
    'SEC-103 meet the same guard on every endpoint (%s)',
    everywhere(local, async (app) => {
      for (const { headers = [], ...request } of requests) {
        const authorized = { ...request, headers: [...headers, bearer(local.tokens.good)] }
        await expectRefusal(local, app, { ...authorized, host: 'evil.example' }, BAD_HOST)
        const foreign = [...authorized.headers, ['Origin', 'https://evil.example'] as const]
        await expectRefusal(local, app, { ...authorized, headers: foreign }, BAD_ORIGIN)
      }
    }),
  )

  test('SEC-103 meet a guard at the embedded authorization server', async () => {
    const server = await createTestAuthorizationServer({ resources: { [RESOURCE]: [SCOPE] } })
    const port = Number(new URL(server.issuer).port)
    for (const target of ['/authorize', '/token', '/register', '/interaction/x', '/jwks']) {
      for (const host of ['evil.example', '127.0.0.1.nip.io', 'a@localhost', '']) {
        const { status, headers, body } = await exchange(port, { method: 'POST', target, host })
        expect([target, host, status, body]).toEqual([target, host, 403, ''])
        expect(Object.keys(headers).filter((name) => name.startsWith('access-'))).toEqual([])
      }
    }
    await server.close()
  })
})
