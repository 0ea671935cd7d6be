import express from 'express'
import { requireBearer } from 'mcp-gatehouse/express'
import { afterAll, describe, expect, test } from 'vitest'
import { NO_CREDENTIALS, withoutBody } from '../adapters/answers.ts'
import { REFUSALS } from '../adapters/matrix.ts'
import {
  type App,
  GUARDED_PATHS,
  METHODS,
  NOT_FOUND,
  PUBLIC_PATH,
} from '../adapters/platforms/index.ts'
import { serve } from '../adapters/platforms/serve.ts'
import type { WireAnswer } from '../adapters/wire.ts'
import { bearer, call, METADATA_PATH, openWorld, post } from '../adapters/world.ts'
import { everywhere, expectRefusal } from './cases.ts'

const world = await openWorld({ server: { allowedOrigins: ['https://app.example.com'] } })
afterAll(() => world.close())

const BARE = { answer: NO_CREDENTIALS, reason: 'no_credentials' }

describe('SEC-086 the spelling of a path', () => {
  const targets = [
    '//mcp',
    '/mcp/',
    '/MCP',
    '/%6dcp',
    '/mcp%2f',
    '/mcp;a',
    '/x/../mcp',
    '/healthz/../mcp',
    '/healthz%2f..%2fmcp',
    '/.well-knownx',
    '/registerx',
    '/mcp?.well-known',
    '/mcp?/healthz',
    '/mcp#',
    '/mcp#/healthz',
    `${METADATA_PATH}/../../../mcp`,
    `${METADATA_PATH}/`,
    `/${METADATA_PATH}`,
  ]
  test.each(world.apps)(
    'SEC-086 is either unknown or needs a token (%s)',
    everywhere(world, async (app) => {
      for (const target of targets) {
        for (const request of [{ target }, { ...post(call(1)), target }]) {
          const { status, headers } = await app.send(request)
          const outcome = [target, status, headers['www-authenticate']]
          expect([
            [target, 404, undefined],
            [target, 401, NO_CREDENTIALS.headers['www-authenticate']],
          ]).toContainEqual(outcome)
        }
      }
      expect(world.takeSeen()).toEqual([])
    }),
  )

  test.each(world.apps)(
    'SEC-086 the public path is public, the others are not (%s)',
    everywhere(world, async (app) => {
      expect(await app.send({ target: PUBLIC_PATH })).toMatchObject({ status: 200, body: 'ok' })
      for (const target of GUARDED_PATHS) {
        await expectRefusal(world, app, { target }, BARE)
        expect(await app.send({ target, headers: [bearer(world.tokens.good)] })).toMatchObject({
          status: 200,
          body: 'handled',
        })
        world.takeEvents()
        world.takeSeen()
      }
    }),
  )
})

describe('SEC-086 the public paths of protectFetch', () => {
  const reached: string[] = []
  const handle = world.gatehouse.protectFetch(
    (request) => {
      reached.push(request.url)
      return new Response('open')
    },
    { publicPaths: ['/', PUBLIC_PATH] },
  )

  test.each([
    'https://mcp.example.com//',
    'https://mcp.example.com//mcp',
    'https://mcp.example.com//healthz',
    'https://mcp.example.com//mcp/healthz',
    'https://mcp.example.com///mcp/healthz',
    'https://mcp.example.com//mcp//healthz',
    'https://mcp.example.com/mcp/healthz',
    'https://mcp.example.com/mcp?/healthz',
    'https://mcp.example.com/mcp#/healthz',
    'https://mcp.example.com/healthz/',
    'https://mcp.example.com/HEALTHZ',
    'https://mcp.example.com/%68ealthz',
    'https://mcp.example.com/healthz%2f..%2fmcp',
    'https://mcp.example.com/healthz;a',
    'https://mcp.example.com/healthz/../mcp',
  ])('SEC-086 %s is none of them', async (url) => {
    reached.length = 0
    expect((await handle(new Request(url))).status).toBe(401)
    expect(reached).toEqual([])
  })

  test.each(['https://mcp.example.com', 'https://mcp.example.com/healthz?a=/mcp'])(
    'SEC-086 %s is one of them',
    async (url) => {
      expect((await handle(new Request(url))).status).toBe(200)
    },
  )
})

test.each(world.apps)(
  'SEC-087 no header opens the gate (%s)',
  everywhere(world, async (app) => {
    for (const header of [
      ['User-Agent', 'GoogleHC/1.0'],
      ['User-Agent', 'kube-probe/1.30'],
      ['X-Original-URL', '/healthz'],
      ['X-Rewrite-URL', '/healthz'],
      ['X-Forwarded-Uri', '/healthz'],
      ['X-HTTP-Method-Override', 'OPTIONS'],
      ['X-Original-URL', METADATA_PATH],
      ['X-Forwarded-For', '127.0.0.1'],
      ['X-Forwarded-User', 'alice'],
    ] as const) {
      await expectRefusal(world, app, { headers: [header] }, BARE)
      await expectRefusal(world, app, post(call(1), header), BARE)
    }
  }),
)

test.each(REFUSALS.map(({ title, request }) => [title, request] as const))(
  'SEC-089 status, challenge and body are byte-equal on every platform: %s',
  async (_title, request) => {
    const answers = await Promise.all(
      world.apps.map(async ([, app]) => {
        const { status, headers, body } = await app.send(request(world.tokens))
        return JSON.stringify([status, headers['www-authenticate'], body])
      }),
    )
    expect(new Set(answers).size).toBe(1)
  },
)

describe('SEC-090 every route', () => {
  const guarded = world.apps.filter(([, { routes }]) => routes !== undefined)

  test.each(guarded)(
    'SEC-090 that is mounted needs a token or is unknown (%s)',
    async (_name, app) => {
      const openPaths = (await openRoutes(app)).map((route) => route.split(' ')[1])
      expect(new Set(openPaths)).toEqual(new Set([PUBLIC_PATH]))
      expect(world.takeSeen()).toEqual([])
    },
  )

  test.each(world.apps)(
    'SEC-090 the paths of every transport and alias need a token (%s)',
    everywhere(world, async (app) => {
      for (const target of [...GUARDED_PATHS, '/messages/', '/ws', '/mcp/sse']) {
        for (const method of METHODS) {
          const { status, headers } = await app.send({
            ...(method === 'POST' ? post(call(1)) : { method }),
            target,
          })
          const isGuarded = status === 401 && headers['www-authenticate'] === bareChallenge()
          expect([method, target, isGuarded || status === 404]).toEqual([method, target, true])
        }
      }
      expect(world.takeSeen()).toEqual([])
    }),
  )

  test.each(world.apps)(
    'SEC-090 an upgrade to a WebSocket needs a token (%s)',
    everywhere(world, async (app) => {
      for (const target of GUARDED_PATHS) {
        const headers = [
          ['Connection', 'Upgrade'],
          ['Upgrade', 'websocket'],
          ['Sec-WebSocket-Version', '13'],
          ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
        ] as const
        await expectRefusal(world, app, { target, headers }, BARE)
      }
    }),
  )

  test('SEC-090 a route without a guard is found', async () => {
    const application = express()
    application.all('/mcp', requireBearer(world.gatehouse), (_req, res) => void res.end('handled'))
    application.all('/messages', (_req, res) => void res.end('handled'))
    const app = await serve(application, ['ALL /mcp', 'ALL /messages'])
    expect(await openRoutes(app)).toEqual(METHODS.map((method) => `${method} /messages`))
    await app.close()
  })
})

function bareChallenge(): string | undefined {
  return NO_CREDENTIALS.headers['www-authenticate']
}

/** Calls every route without a token; those that are neither unknown nor answered with a challenge. */
async function openRoutes(app: App): Promise<string[]> {
  const open: string[] = []
  for (const route of new Set(app.routes)) {
    const [verb = '', path = ''] = route.split(' ')
    // A catch-all is a middleware, and is reached through the other routes.
    if (path.includes('*')) continue
    for (const method of verb === 'ALL' || verb === '*' ? METHODS : [verb]) {
      const body = method === 'POST' ? post(call(1)) : { method }
      const answer = await app.send({ ...body, target: path })
      if (!isClosed(answer, method)) open.push(`${method} ${path}`)
    }
  }
  return open
}

function isClosed(answer: WireAnswer, method: string): boolean {
  if (answer.status === 404 && answer.body === NOT_FOUND) return true
  const expected = method === 'HEAD' ? withoutBody(NO_CREDENTIALS) : NO_CREDENTIALS
  return answer.status === 401 && answer.body === expected.body
}
