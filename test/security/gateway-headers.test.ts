import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { bearer } from '../adapters/world.ts'
import { ask } from '../conformance/eras.ts'
import type { SeenRequest } from '../gateway/raw-upstream.ts'
import { ECHO } from '../gateway/raw-upstream.ts'
import { openGatewayWorld } from '../gateway/world.ts'

const world = await openGatewayWorld()
afterAll(() => world.close())
beforeEach(() => {
  world.upstream.seen.length = 0
  world.events.length = 0
  world.upstream.respond = ECHO
})

const CALL = { name: 'echo', arguments: { text: 'hello' } }
type Lines = readonly (readonly [string, string])[]
const callWith = async (lines: Lines, token?: string) =>
  world.send(ask('2025-11-25', token ?? (await world.mint()), 'tools/call', CALL, { id: 1, lines }))
const seen = (): SeenRequest => world.upstream.seen[0] ?? expect.fail('nothing arrived')
const namesSeen = (): readonly string[] => seen().fields.map(([name]) => name.toLowerCase())

const IDENTITY_FIELDS = [
  'X-User-Id',
  'x-user-id',
  'X_User_Id',
  'x_user_id',
  'X-Auth-Subject',
  'X-Forwarded-User',
  'X-Forwarded-Email',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'Forwarded',
  'X-Real-IP',
  'X-Amzn-Oidc-Data',
  'X-Amzn-Oidc-Identity',
  'X-Client-Cert',
  'X-Goog-Authenticated-User-Email',
  'X-MS-CLIENT-PRINCIPAL',
  'Remote-User',
  'X-Tenant-Id',
  'X-Original-URL',
  'X-HTTP-Method-Override',
]

describe('SEC-296 identity fields of the client', () => {
  test.each(IDENTITY_FIELDS)('SEC-296 %s, once and twice, stays behind', async (name) => {
    const mark = 'mallory-was-here'
    const answer = await callWith([
      [name, mark],
      [name.toUpperCase(), mark],
    ])
    expect(answer.status).toBe(200)
    expect(JSON.stringify(seen().fields)).not.toContain(mark)
    expect(seen().headers.authorization).toMatch(/^Bearer ey/)
  })

  test.each(['x-user-id', 'x-forwarded-user', 'authorization', 'cookie', 'x-tenant', 'x_a'])(
    'SEC-296 no option lets %s through',
    async (name) => {
      await expect(openGatewayWorld({ route: { requestHeaders: [name] } })).rejects.toMatchObject({
        code: 'ERR_CONFIG_FORWARDED_HEADER',
      })
    },
  )

  test('SEC-296 the assertion cannot be displaced by the client', async () => {
    await callWith([['authorization', 'Bearer forged']], await world.mint())
    expect(world.upstream.seen).toEqual([])
    await callWith([['Authorization ', 'Bearer forged']]).catch(() => undefined)
    expect(world.upstream.seen).toEqual([])
  })
})

describe('credentials of the client', () => {
  test('RS-09 SEC-297 its token is in nothing that the upstream is sent', async () => {
    const canary = await world.mint({ canary: 'c4n4ry' })
    const [, payload = '', signature = ''] = canary.split('.')
    const calls = [
      ask('2025-11-25', canary, 'tools/call', CALL),
      ask('2026-07-28', canary, 'tools/call', CALL),
      { headers: [bearer(canary), ['Accept', 'text/event-stream']] as const, target: '/mcp?q=1' },
    ]
    for (const call of calls) await world.send(call)
    expect(world.upstream.seen).toHaveLength(3)
    for (const { fields, url, body } of world.upstream.seen) {
      const text = JSON.stringify([fields, url, body])
      for (const secret of [canary, payload, signature]) expect(text).not.toContain(secret)
    }
  })

  test.each([
    ['Cookie', 'session=abc'],
    ['Cookie', '__Host-gatehouse=abc'],
    ['Proxy-Authorization', 'Basic abc'],
    ['DPoP', 'ey.abc.def'],
    ['Authentication-Info', 'abc'],
  ])('SEC-298 %s stays behind', async (name, value) => {
    expect((await callWith([[name, value]])).status).toBe(200)
    expect(namesSeen()).not.toContain(name.toLowerCase())
  })

  test('the fields that an upstream sees are these', async () => {
    await callWith([
      ['Connection', 'X-Secret'],
      ['X-Secret', 'a'],
      ['TE', 'trailers'],
      ['Upgrade', 'h2c'],
      ['Accept-Encoding', 'gzip'],
      ['Referer', 'https://a.example'],
    ])
    expect(namesSeen().toSorted()).toEqual([
      'accept',
      'accept-encoding',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'mcp-protocol-version',
      'x-request-id',
    ])
    expect(seen().headers).toMatchObject({
      connection: 'keep-alive',
      'accept-encoding': 'identity',
      host: `127.0.0.1:${world.upstream.port}`,
    })
  })
})

describe('SEC-304 redirects of the upstream', () => {
  test.each([301, 302, 303, 307, 308])(
    'SEC-304 %d is 502, and nobody goes there',
    async (status) => {
      const other = await openGatewayWorld()
      world.upstream.respond = (_seen, response) => {
        response.writeHead(status, { location: other.upstream.url }).end()
      }
      const answer = await callWith([])
      expect(answer.status).toBe(502)
      expect(answer.headers['location']).toBeUndefined()
      expect(other.upstream.seen).toEqual([])
      expect(world.upstream.seen).toHaveLength(1)
      expect(world.events).toContainEqual(
        expect.objectContaining({ type: 'upstream.failed', reason: 'redirect', status: 502 }),
      )
      await other.close()
    },
  )
})

describe('SEC-305 fields of the upstream', () => {
  const HOSTILE = {
    'www-authenticate': 'Bearer resource_metadata="https://evil.example/prm"',
    'set-cookie': ['a=b', 'c=d'],
    'access-control-allow-origin': '*',
    'access-control-allow-credentials': 'true',
    location: 'https://evil.example',
    'clear-site-data': '"*"',
    'strict-transport-security': 'max-age=0',
    refresh: '0;url=https://evil.example',
    'x-anything': 'a',
    server: 'python',
    'x-request-id': 'of-the-upstream',
    connection: 'close',
  }

  test.each([200, 403, 404, 500])('SEC-305 of an answer with %d stay behind', async (status) => {
    world.upstream.respond = (_seen, response) => {
      response.writeHead(status, { ...HOSTILE, 'content-type': 'application/json' }).end('{}')
    }
    const answer = await callWith([['X-Request-Id', 'mine-1']])
    expect([answer.status, answer.headers]).toEqual([
      status,
      { 'content-type': 'application/json', 'x-request-id': 'mine-1' },
    ])
  })

  test('SEC-305 a session is of the caller that it was given to', async () => {
    world.upstream.respond = (_seen, response) => {
      response.writeHead(200, { 'mcp-session-id': 's-1', 'content-type': 'application/json' })
      response.end('{"jsonrpc":"2.0","id":1,"result":{}}')
    }
    expect((await callWith([])).headers['mcp-session-id']).toBe('s-1')
    const session = [['Mcp-Session-Id', 's-1']] as const
    expect((await callWith(session)).status).toBe(200)
    const bob = await world.mint({ sub: 'bob' })
    expect((await callWith(session, bob)).status).toBe(404)
    expect(world.upstream.seen).toHaveLength(2)
  })

  test.each(['set-cookie', 'www-authenticate', 'location', 'access-control-allow-origin'])(
    'SEC-305 no option lets %s through',
    async (name) => {
      await expect(openGatewayWorld({ route: { responseHeaders: [name] } })).rejects.toMatchObject({
        code: 'ERR_CONFIG_FORWARDED_HEADER',
      })
    },
  )
})

describe('SEC-317 names of a request', () => {
  const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  test.each([
    ['10 KB', 'a'.repeat(10_240)],
    ['65 characters', 'a'.repeat(65)],
    ['an escape sequence', 'a\u001b[31mb'],
    ['a dot', 'a.b'],
    ['nothing', ''],
  ])('SEC-317 %s as X-Request-Id is replaced', async (_what, value) => {
    const answer = await world
      .send(
        ask('2025-11-25', await world.mint(), 'tools/call', CALL, {
          id: 1,
          lines: [['X-Request-Id', value]],
        }),
      )
      .catch(() => undefined)
    // Node itself refuses the escape sequence on its way out of the test, or in.
    if (answer === undefined || answer.status === 400) return
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(seen().headers['x-request-id']).toBe(answer.headers['x-request-id'])
  })

  test('SEC-317 a good one names the request everywhere', async () => {
    const answer = await callWith([
      ['X-Request-Id', 'call-42'],
      ['traceparent', PARENT],
      ['tracestate', 'vendor=a1'],
    ])
    expect(answer.headers['x-request-id']).toBe('call-42')
    expect(seen().headers).toMatchObject({
      'x-request-id': 'call-42',
      traceparent: PARENT,
      tracestate: 'vendor=a1',
    })
    expect(world.events).toMatchObject([{ type: 'auth.allow', correlationId: 'call-42' }])
  })

  test.each([`${PARENT}-extra`, 'a'.repeat(10_240), PARENT.toUpperCase()])(
    'SEC-317 a malformed traceparent stays behind: %#',
    async (value) => {
      await callWith([['traceparent', value]])
      expect(namesSeen()).not.toContain('traceparent')
    },
  )
})
