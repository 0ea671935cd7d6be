import { request } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { bearer, post } from '../adapters/world.ts'
import { ask, messageOf } from '../conformance/eras.ts'
import { openGatewayWorld } from '../gateway/world.ts'

const world = await openGatewayWorld({
  gateway: { admin: { port: 0 } },
})
const token = await world.mint()
afterAll(() => world.close())
beforeEach(() => {
  world.upstream.seen.length = 0
})

const AUTHORIZATION = `Authorization: Bearer ${token}\r\n`
const BODY = JSON.stringify(messageOf('2025-11-25', 'tools/call', { name: 'echo' }, 1))
const HEAD = `POST /mcp HTTP/1.1\r\nHost: a.example\r\n${AUTHORIZATION}Content-Type: application/json\r\n`
const LENGTH = `Content-Length: ${BODY.length}\r\n`
const CHUNKED = 'Transfer-Encoding: chunked\r\n'
const CHUNK = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`
/** What would be a second request, to whoever takes the first for shorter. */
const SMUGGLED = `POST /mcp HTTP/1.1\r\nHost: a.example\r\n${AUTHORIZATION}\r\n`

const SHAPES: readonly (readonly [name: string, bytes: string])[] = [
  ['a length and chunks', `${HEAD}${LENGTH}${CHUNKED}\r\n${CHUNK}`],
  ['two lengths', `${HEAD}${LENGTH}Content-Length: 3\r\n\r\n${BODY}`],
  ['two equal lengths', `${HEAD}${LENGTH}${LENGTH}\r\n${BODY}`],
  ['a list of lengths', `${HEAD}Content-Length: ${BODY.length}, ${BODY.length}\r\n\r\n${BODY}`],
  ['a length with a sign', `${HEAD}Content-Length: +${BODY.length}\r\n\r\n${BODY}`],
  ['a length in hex', `${HEAD}Content-Length: 0x10\r\n\r\n${BODY}`],
  ['xchunked', `${HEAD}Transfer-Encoding: xchunked\r\n\r\n${CHUNK}`],
  ['chunked, identity', `${HEAD}Transfer-Encoding: chunked, identity\r\n\r\n${CHUNK}`],
  ['gzip, chunked', `${HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n${CHUNK}`],
  ['chunked twice', `${HEAD}${CHUNKED}${CHUNKED}\r\n${CHUNK}`],
  ['a space before the colon', `${HEAD}Transfer-Encoding : chunked\r\n\r\n${CHUNK}`],
  ['a vertical tab', `${HEAD}Transfer-Encoding:\u000bchunked\r\n\r\n${CHUNK}`],
  ['bare line feeds', `${HEAD}${LENGTH}\r\n${BODY}`.replaceAll('\r\n', '\n')],
  ['one bare line feed', `${HEAD}X-A: b\n${LENGTH}\r\n${BODY}`],
  ['a folded line', `${HEAD}X-A: b\r\n c\r\n${LENGTH}\r\n${BODY}`],
  ['a bad chunk size', `${HEAD}${CHUNKED}\r\nzz\r\n${BODY}\r\n0\r\n\r\n`],
  ['a chunk size with a sign', `${HEAD}${CHUNKED}\r\n+5\r\n${BODY}\r\n0\r\n\r\n`],
  ['chunks of HTTP/1.0', `${HEAD.replace('1.1', '1.0')}${CHUNKED}\r\n${CHUNK}`],
  ['a body of GET', `${HEAD.replace('POST', 'GET')}${LENGTH}\r\n${BODY}`],
  ['chunks of DELETE', `${HEAD.replace('POST', 'DELETE')}${CHUNKED}\r\n${CHUNK}`],
  ['no host', `${HEAD.replace('Host: a.example\r\n', '')}${LENGTH}\r\n${BODY}`],
  ['two hosts', `${HEAD}Host: b.example\r\n${LENGTH}Connection: close\r\n\r\n${BODY}`],
]

describe('SEC-300 framing that could be read in two ways', () => {
  test.each(SHAPES)('SEC-300 %s is refused and the connection closed', async (_name, bytes) => {
    const received = await world.bytes(`${bytes}${SMUGGLED}`)
    expect(received).toMatch(/^HTTP\/1\.1 (?:400|501) /)
    expect(received.match(/HTTP\/1\.1/g)).toHaveLength(1)
    expect(received.toLowerCase()).toContain('connection: close')
    expect(world.upstream.seen).toEqual([])
  })

  test('SEC-300 the same request, framed well, arrives', async () => {
    const close = 'Connection: close\r\n\r\n'
    expect(await world.bytes(`${HEAD}${LENGTH}${close}${BODY}`)).toMatch(/^HTTP\/1\.1 200 /)
    expect(await world.bytes(`${HEAD}${CHUNKED}${close}${CHUNK}`)).toMatch(/^HTTP\/1\.1 200 /)
    expect(world.upstream.seen.map(({ body }) => body)).toEqual([BODY, BODY])
  })
})

describe('SEC-302 paths', () => {
  test.each([
    '/mcp/../admin',
    '/mcp/..',
    '/mcp/.',
    '/mcp/./',
    '//mcp',
    '//admin',
    '/mcp/',
    '/MCP',
    '/%6dcp',
    '/mcp%2f',
    '/mcp%2e',
    '/%2e%2e/mcp',
    '/mcp;x',
    '/mcp;x=1',
    '/mcp%00',
    '/mcp\\',
    '/mcp\\..\\admin',
    '/mcp/admin',
    '/admin',
    '/healthz',
    '/metrics',
    'http://a.example/mcp',
    '*',
  ])('SEC-302 %s is not the route', async (target) => {
    const answer = await world.send({ ...ask('2025-11-25', token, 'tools/list'), target })
    expect([400, 404]).toContain(answer.status)
    expect(world.upstream.seen).toEqual([])
  })

  test('SEC-302 the upstream is asked at its own path, whatever the query', async () => {
    const target = '/mcp?tenant=b&path=../../admin'
    const answer = await world.send({ ...ask('2025-11-25', token, 'tools/list'), target })
    expect(answer.status).toBe(200)
    expect(world.upstream.seen.map(({ url }) => url)).toEqual(['/mcp'])
  })

  test.each(['/a/../b', '/a//b', '/a%2fb', 'a', '/a?b', '/.well-known/x', '/a;b', '/a b'])(
    'SEC-302 no route can have the path %s',
    async (path) => {
      await expect(openGatewayWorld({ route: { path } })).rejects.toMatchObject({
        code: 'ERR_CONFIG_GATEWAY_ROUTE',
      })
    },
  )
})

describe('SEC-313 encoded bodies', () => {
  test.each([
    ['gzip', gzipSync('0'.repeat(10_000_000))],
    ['br', Buffer.from('anything')],
    ['gzip, gzip', Buffer.from('anything')],
  ])('SEC-313 %s is 415, unread', async (coding, body) => {
    const answer = await send(body, { 'content-encoding': coding })
    expect(answer).toBe(415)
    expect(world.upstream.seen).toEqual([])
  })

  test.each(['utf-16', 'iso-8859-1', 'utf-7', '"shift_jis"'])(
    'SEC-313 the charset %s is 415',
    async (charset) => {
      const type = { 'content-type': `application/json; charset=${charset}` }
      expect(await send(Buffer.from(BODY), type)).toBe(415)
      expect(world.upstream.seen).toEqual([])
    },
  )

  test('SEC-313 utf-8 by name is what JSON is', async () => {
    const type = { 'content-type': 'application/json; charset=UTF-8' }
    expect(await send(Buffer.from(BODY), type)).toBe(200)
    expect(world.upstream.seen[0]?.headers['content-type']).toBe('application/json')
  })
})

describe('SEC-343 bodies over 1 MiB', () => {
  const large = JSON.stringify({ ...JSON.parse(BODY), x: 'x'.repeat(1_048_576) })
  const chunk = `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`

  test.each([
    ['by length', `${HEAD}Content-Length: ${large.length}\r\n\r\n${large}`],
    ['by length alone, before it arrives', `${HEAD}Content-Length: 1048577\r\n\r\n`],
    ['by chunks', `${HEAD}${CHUNKED}\r\n${chunk}`],
  ])('SEC-343 %s are 413, and the connection is closed', async (_how, bytes) => {
    const received = await world.bytes(bytes).catch((error: Error) => error.message)
    // A socket that is closed with bytes unread may be reset before its answer is seen.
    expect(received).toMatch(/^HTTP\/1\.1 413 |ECONNRESET|EPIPE/)
    expect(world.upstream.seen).toEqual([])
  })

  test('SEC-343 an understated length is another request, which is none', async () => {
    const received = await world.bytes(`${HEAD}Content-Length: 5\r\n\r\n${BODY}`)
    expect(new Set(received.match(/HTTP\/1\.1 \d+/g))).toEqual(new Set(['HTTP/1.1 400']))
    expect(world.upstream.seen).toEqual([])
  })
})

describe('SEC-344 whoever is slow', () => {
  test.each([
    ['headers', `${HEAD}X-A:`, 12_500],
    ['body', `${HEAD}${LENGTH}\r\n{`, 15_000],
  ])(
    'SEC-344 with its %s is closed within 15 seconds',
    async (_what, bytes, limit) => {
      const startedAt = performance.now()
      const { connect } = await import('node:net')
      const socket = connect(world.port, '127.0.0.1')
      let text = ''
      socket.on('data', (data) => {
        text += data.toString()
      })
      socket.on('error', () => undefined)
      socket.write(bytes)
      await new Promise((resolve) => socket.once('close', resolve))
      expect(performance.now() - startedAt).toBeLessThan(limit)
      expect(text === '' || /^HTTP\/1\.1 (?:408|503)/.test(text)).toBe(true)
      expect(world.upstream.seen).toEqual([])
    },
    20_000,
  )

  test('SEC-344 2,000 idle sockets do not slow others down', async () => {
    const { connect } = await import('node:net')
    const sockets = Array.from({ length: 2_000 }, () => connect(world.port, '127.0.0.1'))
    await Promise.all(
      sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))),
    )
    for (const socket of sockets) {
      socket.on('error', () => undefined)
      socket.write('POST /mcp HTTP/1.1\r\nHost: a')
    }
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => world.send(world.call(token))),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    for (const socket of sockets) socket.destroy()
  })
})

describe('SEC-372 the admin listener', () => {
  const ask372 = async (path: string, method = 'GET') => {
    const answer = await fetch(`${world.adminUrl}${path}`, { method })
    const text = await answer.text()
    return [answer.status, answer.status === 404 ? '' : text] as const
  }

  test('SEC-372 tells up and ready, and nothing about configuration, versions or users', async () => {
    await world.send(world.call(token))
    expect(await ask372('/healthz')).toEqual([200, '{"status":"up"}'])
    expect(await ask372('/readyz')).toEqual([200, '{"status":"ready"}'])
    expect(await ask372('/metrics')).toEqual([404, ''])
    for (const path of ['/', '/config', '/debug', '/mcp', '/healthz/', '/healthz?x']) {
      expect(await ask372(path)).toEqual([404, ''])
    }
    expect(await ask372('/healthz', 'POST')).toEqual([404, ''])
  })

  test('SEC-372 is another address than the public one', async () => {
    for (const target of ['/healthz', '/readyz', '/metrics']) {
      expect((await world.send({ target })).status).toBe(404)
    }
  })

  test('SEC-372 counts by route and status, never by user', async () => {
    const counted = await openGatewayWorld({ gateway: { admin: { port: 0, metrics: true } } })
    await counted.send(counted.call(await counted.mint({ sub: 'canary-user' })))
    await counted.send({ headers: [bearer('ey.canary.token')] })
    const text = await (await fetch(`${counted.adminUrl}/metrics`)).text()
    expect(text).toContain('gatehouse_request_duration_seconds_count{route="/mcp",status="200"} 1')
    expect(text).toContain('gatehouse_request_duration_seconds_count{route="/mcp",status="401"} 1')
    expect(text).not.toContain('canary')
    await counted.close()
  })
})

/** Sends bytes as they are; gives the status. */
function send(body: Buffer, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        port: world.port,
        path: '/mcp',
        method: 'POST',
        agent: false,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-length': body.byteLength,
          ...headers,
        },
      },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

test('a request without a token learns nothing of the upstream', async () => {
  const answer = await world.send(post(JSON.parse(BODY)))
  expect(answer.status).toBe(401)
  expect(world.upstream.seen).toEqual([])
})
