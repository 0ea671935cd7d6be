import { createResourceServer, type ResourceServerOptions } from 'mcp-gatehouse'
import { afterAll, describe, expect, test, vi } from 'vitest'
import {
  corsFields,
  MALFORMED,
  NO_CREDENTIALS,
  WRONG_CONTENT_TYPE,
  withFields,
} from '../adapters/answers.ts'
import { ALLOWED_ORIGIN } from '../adapters/matrix.ts'
import { sendBytes, type WireRequest } from '../adapters/wire.ts'
import { bearer, call, METADATA_URL, openWorld, post, RESOURCE } from '../adapters/world.ts'
import { everywhere, expectRefusal, takeReasons } from './cases.ts'

const world = await openWorld({ server: { allowedOrigins: [ALLOWED_ORIGIN] } })
const { tokens } = world
afterAll(() => world.close())

const BARE = { answer: NO_CREDENTIALS, reason: 'no_credentials' }
const BAD_REQUEST = { answer: MALFORMED, reason: 'malformed_credentials' }

describe('the scheme', () => {
  test.each(world.apps)(
    'SEC-074 no Authorization: a challenge without error (%s)',
    everywhere(world, async (app) => {
      for (const request of [{}, post(call(1)), { method: 'DELETE' }]) {
        await expectRefusal(world, app, request, BARE)
      }
    }),
  )

  test.each(world.apps)(
    'SEC-075 the scheme has any case and any number of spaces (%s)',
    everywhere(world, async (app) => {
      for (const scheme of ['bearer ', 'BEARER ', 'BeArEr ', 'Bearer     ']) {
        const headers = [['Authorization', scheme + tokens.good]] as const
        expect(await app.send({ headers })).toMatchObject({ status: 200, body: 'handled' })
        expect(takeReasons(world)).toEqual(['auth.allow'])
      }
    }),
  )

  test.each(world.apps)(
    'SEC-076 a valid JWT under another scheme is no credentials (%s)',
    everywhere(world, async (app) => {
      for (const scheme of ['Basic', 'Token', 'JWT', 'DPoP']) {
        const headers = [['Authorization', `${scheme} ${tokens.good}`]] as const
        await expectRefusal(world, app, { headers }, BARE)
      }
    }),
  )
})

describe('the credentials', () => {
  const malformed = [
    'Bearer',
    'Bearer ',
    `Bearer\t${tokens.good}`,
    'Bearer A B',
    `Bearer ${tokens.good} ${tokens.good}`,
    'Bearer A,',
    'Bearer a"b',
    'Bearer a\\b',
    'Bearer a%zzb',
    `Bearer ${tokens.good.replaceAll('.', '%2E')}`,
    `Bearer ${Buffer.from('tökén').toString('latin1')}`,
    `Bearer ${Buffer.from('🔑').toString('latin1')}`,
  ]
  test.each(world.apps)(
    'SEC-077 credentials outside the grammar are malformed (%s)',
    everywhere(world, async (app) => {
      for (const value of malformed) {
        await expectRefusal(world, app, { headers: [['Authorization', value]] }, BAD_REQUEST)
      }
    }),
  )

  const doubled: readonly WireRequest['headers'][] = [
    [bearer(tokens.good), bearer(tokens.good)],
    [bearer(tokens.good), bearer(tokens.other)],
    [bearer(tokens.good), bearer('invalid')],
    [bearer('invalid'), bearer(tokens.good)],
    [['Authorization', 'Basic dTpw'], bearer(tokens.good)],
    [['Authorization', `Bearer ${tokens.good}, Bearer ${tokens.other}`]],
    [['Authorization', `Basic dTpw, Bearer ${tokens.good}`]],
  ]
  test.each(world.apps)(
    'SEC-078 two Authorization lines are malformed (%s)',
    everywhere(world, async (app) => {
      for (const headers of doubled) {
        await expectRefusal(world, app, { ...(headers && { headers }) }, BAD_REQUEST)
      }
    }),
  )
})

describe('SEC-079 a token anywhere but in the header', () => {
  const query = `access_token=${tokens.good}`

  test.each(world.apps)(
    'SEC-079 in the query alone it is not read (%s)',
    everywhere(world, async (app) => {
      for (const target of [
        `/mcp?${query}`,
        `/mcp?a=1&${query}`,
        `/mcp?access%5Ftoken=${tokens.good}`,
      ]) {
        await expectRefusal(world, app, { target }, BARE)
      }
    }),
  )

  test.each(world.apps)(
    'SEC-079 in the query beside the header it is malformed (%s)',
    everywhere(world, async (app) => {
      const targets = [`/mcp?${query}`, '/mcp?access_token', '/mcp?a=1&access%5ftoken=x']
      for (const target of targets) {
        await expectRefusal(world, app, { target, headers: [bearer(tokens.good)] }, BAD_REQUEST)
      }
    }),
  )

  test.each(world.apps)(
    'SEC-079 in a form, a JSON body or a cookie it is not read (%s)',
    everywhere(world, async (app) => {
      const form: WireRequest = {
        method: 'POST',
        headers: [['Content-Type', 'application/x-www-form-urlencoded']],
        body: query,
      }
      const notJson = { answer: WRONG_CONTENT_TYPE, reason: 'content_type' }
      await expectRefusal(world, app, form, notJson)
      await expectRefusal(world, app, post({ ...call(1), access_token: tokens.good }), BARE)
      await expectRefusal(world, app, { headers: [['Cookie', query]] }, BARE)
    }),
  )

  test.each(world.apps)(
    'SEC-079 it is printed nowhere (%s)',
    everywhere(world, async (app) => {
      const streams = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write'))
      const consoles = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
        vi.spyOn(console, name),
      )
      await app.send({ target: `/mcp?${query}`, headers: [bearer(tokens.good)] })
      await app.send({ target: `/mcp?${query}` })
      const printed = [...streams, ...consoles].flatMap((spy) => spy.mock.calls.map(String))
      vi.restoreAllMocks()
      expect(printed.filter((text) => text.includes(tokens.good))).toEqual([])
      expect(takeReasons(world)).toEqual(['malformed_credentials', 'no_credentials'])
    }),
  )
})

describe('SEC-082 what could break out of a quoted-string is refused at creation', () => {
  const options = { resource: RESOURCE, authorizationServers: ['https://as.example.com'] }
  test.each<[string, string, Partial<ResourceServerOptions>]>([
    ['a quote in a scope', 'ERR_CONFIG_SCOPE_INVALID', { requiredScopes: ['a"b'] }],
    ['a newline in a scope', 'ERR_CONFIG_SCOPE_INVALID', { requiredScopes: ['a\nb'] }],
    ['a backslash in a challenge scope', 'ERR_CONFIG_SCOPE_INVALID', { challengeScopes: ['a\\b'] }],
    [
      'a quote in the resource',
      'ERR_CONFIG_RESOURCE_INVALID',
      { resource: 'https://h.example/a"b' },
    ],
    [
      'a newline in the resource',
      'ERR_CONFIG_RESOURCE_INVALID',
      { resource: 'https://h.example/a\nb' },
    ],
    [
      'a backslash in the resource',
      'ERR_CONFIG_RESOURCE_INVALID',
      { resource: 'https://h.example/a\\b' },
    ],
    ['a quote in the realm', 'ERR_CONFIG_OPTION_TYPE', { realm: 'a"b' }],
    ['a newline in the realm', 'ERR_CONFIG_OPTION_TYPE', { realm: 'a\r\nSet-Cookie: x=1' }],
  ])('SEC-082 %s', (_what, code, wrong) => {
    expect(() => createResourceServer({ ...options, ...wrong })).toThrow(
      expect.objectContaining({ name: 'ConfigError', code }),
    )
  })
})

test.each(world.apps)(
  'SEC-083 the challenge names the configured URL, whatever the host (%s)',
  everywhere(world, async (app) => {
    for (const request of [
      { host: 'evil.example' },
      { headers: [['X-Forwarded-Host', 'evil.example']] },
      { headers: [['Forwarded', 'host=evil.example;proto=http']] },
      {
        headers: [
          ['X-Forwarded-Proto', 'http'],
          ['X-Forwarded-Prefix', '/evil'],
        ],
      },
    ] satisfies WireRequest[]) {
      await expectRefusal(world, app, request, BARE)
    }
  }),
)

describe('SEC-084 what a parser must refuse', () => {
  const lines = [
    ['a space before the colon', `Authorization : Bearer ${tokens.good}`],
    ['a folded line', `Authorization: Bearer\r\n ${tokens.good}`],
    ['a NUL', `Authorization: Bearer ${tokens.good}\0`],
  ] as const
  const sockets = world.apps.flatMap(([name, { port }]) =>
    port === undefined ? [] : [[name, port] as const],
  )
  test.each(sockets)(
    'SEC-084 is answered 400 before the gate sees it (%s)',
    async (_name, port) => {
      world.takeSeen()
      world.takeEvents()
      for (const [, line] of lines) {
        const answer = await sendBytes(
          port,
          `GET /mcp HTTP/1.1\r\nHost: localhost\r\n${line}\r\n\r\n`,
        )
        expect(answer.split('\r\n')[0]).toBe('HTTP/1.1 400 Bad Request')
      }
      expect([world.takeSeen(), world.takeEvents()]).toEqual([[], []])
    },
  )

  test.each(lines)('SEC-084 %s is no field of a web-standard request', (_what, line) => {
    const [name = '', value = ''] = line.split(/:(.*)/s)
    expect(() => new Request(METADATA_URL, { headers: [[name, value]] })).toThrow(TypeError)
  })
})

describe('SEC-085 OPTIONS', () => {
  const method = 'OPTIONS'
  const origin = ['Origin', ALLOWED_ORIGIN] as const
  const wanted = ['Access-Control-Request-Method', 'POST'] as const

  test.each(world.apps)(
    'SEC-085 without both fields of a preflight it needs a token (%s)',
    everywhere(world, async (app) => {
      const fromPage = withFields(NO_CREDENTIALS, corsFields(ALLOWED_ORIGIN))
      await expectRefusal(world, app, { method }, BARE)
      await expectRefusal(world, app, { method, headers: [wanted] }, BARE)
      await expectRefusal(world, app, { method, headers: [origin] }, { ...BARE, answer: fromPage })
    }),
  )

  test.each(world.apps)(
    'SEC-085 a preflight never reaches the handler (%s)',
    everywhere(world, async (app) => {
      for (const headers of [
        [origin, wanted],
        [origin, wanted, bearer(tokens.good)],
      ] as const) {
        expect(await app.send({ method, headers })).toMatchObject({ status: 204, body: '' })
      }
      expect(takeReasons(world)).toEqual(['public', 'public'])
      expect(world.takeSeen()).toEqual([])
    }),
  )
})
