import { createResourceServer } from 'mcp-gatehouse'
import { createTestAuthorizationServer } from 'mcp-gatehouse/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { corsFields, WRONG_ORIGIN } from '../adapters/answers.ts'
import { ALLOWED_ORIGIN } from '../adapters/matrix.ts'
import { exchange, type WireRequest } from '../adapters/wire.ts'
import { bearer, openWorld, RESOURCE, SCOPE } from '../adapters/world.ts'
import { everywhere, expectRefusal, takeReasons } from './cases.ts'

const ALLOWED_HEADERS =
  'Authorization, Content-Type, Accept, Last-Event-ID, DPoP, Mcp-Session-Id, MCP-Protocol-Version, Mcp-Method, Mcp-Name'
const BAD_ORIGIN = { answer: WRONG_ORIGIN, reason: 'origin' }

function preflight(origin: string, wantedHeaders?: string): WireRequest {
  return {
    method: 'OPTIONS',
    headers: [
      ['Origin', origin],
      ['Access-Control-Request-Method', 'POST'],
      ...(wantedHeaders === undefined
        ? []
        : [['Access-Control-Request-Headers', wantedHeaders] as const]),
    ],
  }
}

describe('SEC-104 which origins are allowed', async () => {
  const production = await openWorld()
  const local = await openWorld({ server: { resource: 'http://127.0.0.1:3000/mcp' } })
  afterAll(() => Promise.all([production.close(), local.close()]))

  test('SEC-104 every origin together with credentials is refused at creation', () => {
    const create = (allowedOrigins: readonly string[]): unknown =>
      createResourceServer({
        resource: RESOURCE,
        authorizationServers: ['https://as.example.com'],
        allowedOrigins,
        allowCredentials: true,
      })
    const code = 'ERR_CONFIG_CREDENTIALS_WITH_ANY_ORIGIN'
    expect(() => create(['*'])).toThrow(expect.objectContaining({ code }))
    expect(() => create([ALLOWED_ORIGIN, '*'])).toThrow(expect.objectContaining({ code }))
  })

  test.each(production.apps)(
    'SEC-104 none by default, not even its own or a local one (%s)',
    everywhere(production, async (app) => {
      for (const origin of ['https://mcp.example.com', 'http://localhost:3000', 'null']) {
        const headers = [['Origin', origin], bearer(production.tokens.good)] as const
        await expectRefusal(production, app, { headers }, BAD_ORIGIN)
      }
    }),
  )

  test.each(local.apps)(
    'SEC-104 on this machine, the pages of this machine (%s)',
    everywhere(local, async (app) => {
      for (const origin of [
        'http://localhost:6274',
        'http://127.0.0.1:3000',
        'http://[::1]:8080',
      ]) {
        const headers = [['Origin', origin], bearer(local.tokens.good)] as const
        expect([origin, (await app.send({ headers })).status]).toEqual([origin, 200])
      }
      local.takeEvents()
      local.takeSeen()
      const others = [
        'https://evil.example',
        'http://localhost.evil.example',
        'http://[::1]:80000',
        'null',
      ]
      for (const origin of others) {
        const headers = [['Origin', origin], bearer(local.tokens.good)] as const
        await expectRefusal(local, app, { headers }, BAD_ORIGIN)
      }
    }),
  )
})

describe('SEC-105 preflights', async () => {
  const listed = await openWorld({ server: { allowedOrigins: [ALLOWED_ORIGIN] } })
  const withCookies = await openWorld({
    server: { allowedOrigins: [ALLOWED_ORIGIN], allowCredentials: true },
  })
  const any = await openWorld({ server: { allowedOrigins: ['*'] } })
  afterAll(() => Promise.all([listed.close(), withCookies.close(), any.close()]))
  const fields = {
    'access-control-allow-headers': ALLOWED_HEADERS,
    'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
    'access-control-max-age': '600',
  }

  test.each(listed.apps)(
    'SEC-105 of a listed origin (%s)',
    everywhere(listed, async (app) => {
      expect(await app.send(preflight(ALLOWED_ORIGIN))).toEqual({
        status: 204,
        headers: {
          ...corsFields(ALLOWED_ORIGIN),
          ...fields,
          vary: 'Origin, Access-Control-Request-Headers',
        },
        body: '',
      })
    }),
  )

  test.each(listed.apps)(
    'SEC-105 allow no other header than MCP needs (%s)',
    everywhere(listed, async (app) => {
      const wanted = 'x-evil, mcp-param-region, authorization, Mcp-Param-*, cookie'
      const { headers } = await app.send(preflight(ALLOWED_ORIGIN, wanted))
      expect(headers['access-control-allow-headers']).toBe(`${ALLOWED_HEADERS}, mcp-param-region`)
    }),
  )

  test.each(withCookies.apps)(
    'SEC-105 of a listed origin with credentials (%s)',
    everywhere(withCookies, async (app) => {
      expect(await app.send(preflight(ALLOWED_ORIGIN))).toEqual({
        status: 204,
        headers: {
          ...corsFields(ALLOWED_ORIGIN),
          ...fields,
          'access-control-allow-credentials': 'true',
          vary: 'Origin, Access-Control-Request-Headers',
        },
        body: '',
      })
    }),
  )

  test.each(any.apps)(
    'SEC-105 of any origin, without credentials (%s)',
    everywhere(any, async (app) => {
      const { vary: _, ...cors } = corsFields('*')
      expect(await app.send(preflight('https://anywhere.example'))).toEqual({
        status: 204,
        headers: { ...cors, ...fields, vary: 'Access-Control-Request-Headers' },
        body: '',
      })
      expect(takeReasons(any)).toEqual(['public'])
    }),
  )

  test.each(any.apps)(
    'SEC-105 the answer to any origin allows no credentials (%s)',
    everywhere(any, async (app) => {
      const headers = [['Origin', 'https://anywhere.example'], bearer(any.tokens.good)] as const
      const { vary: _, ...cors } = corsFields('*')
      expect((await app.send({ headers })).headers).toEqual({
        ...cors,
        'content-type': 'text/plain',
      })
    }),
  )
})

describe('SEC-106 CORS of the embedded authorization server', async () => {
  const server = await createTestAuthorizationServer({ resources: { [RESOURCE]: [SCOPE] } })
  afterAll(() => server.close())
  const port = Number(new URL(server.issuer).port)
  const corsOf = async (request: WireRequest): Promise<Record<string, string>> => {
    const { headers } = await exchange(port, request)
    return Object.fromEntries(
      Object.entries(headers).filter(([name]) => name.startsWith('access-control-')),
    )
  }

  test.each(['/token', '/register'])(
    'SEC-106 %s can be called by pages, without credentials',
    async (target) => {
      expect(await corsOf({ ...preflight(ALLOWED_ORIGIN), target })).toEqual({
        'access-control-allow-headers': 'Authorization, Content-Type, MCP-Protocol-Version',
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-origin': '*',
        'access-control-expose-headers': 'WWW-Authenticate',
        'access-control-max-age': '600',
      })
      const post = await corsOf({ method: 'POST', target, headers: [['Origin', ALLOWED_ORIGIN]] })
      expect(post).toMatchObject({ 'access-control-allow-origin': '*' })
      expect(post).not.toHaveProperty('access-control-allow-credentials')
    },
  )

  test.each(['/authorize', '/authorize/x', '/interaction/x'])(
    'SEC-106 %s has no CORS headers',
    async (target) => {
      for (const method of ['GET', 'POST']) {
        const headers = [['Origin', ALLOWED_ORIGIN]] as const
        expect(await corsOf({ method, target, headers })).toEqual({})
      }
      expect(await corsOf({ ...preflight(ALLOWED_ORIGIN), target })).toEqual({})
    },
  )
})
