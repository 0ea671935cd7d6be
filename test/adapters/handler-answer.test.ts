import { afterAll, describe, expect, test } from 'vitest'
import { ALLOWED_ORIGIN } from './matrix.ts'
import { bearer, openWorld, RESOURCE, SCOPE } from './world.ts'

const CORS = [
  ['Content-Type', 'text/plain'],
  ['Access-Control-Allow-Origin', ALLOWED_ORIGIN],
  ['Access-Control-Expose-Headers', 'X-Own'],
] as const

describe('Vary', async () => {
  const world = await openWorld({
    server: { allowedOrigins: [ALLOWED_ORIGIN] },
    handler: () => ({ headers: [['Vary', 'Accept']], body: 'own body' }),
  })
  afterAll(() => world.close())

  test.each(world.apps)('%s: what the handler varies by is not lost', async (_name, app) => {
    const headers = [bearer(world.tokens.good), ['Origin', ALLOWED_ORIGIN]] as const
    const { vary = '' } = (await app.send({ headers })).headers
    expect(vary.split(/, */).toSorted()).toEqual(['Accept', 'Origin'])
  })
})

describe('a stream', async () => {
  let release = Promise.withResolvers<void>()
  async function* events(): AsyncGenerator<string> {
    yield 'data: first\n\n'
    await release.promise
    yield 'data: second\n\n'
  }
  const world = await openWorld({
    server: { allowedOrigins: [ALLOWED_ORIGIN] },
    handler: () => ({ headers: [['Content-Type', 'text/event-stream']], body: events() }),
  })
  afterAll(() => world.close())

  test.each(world.apps)(
    '%s: the first event can be read before the stream ends',
    async (_name, app) => {
      release = Promise.withResolvers<void>()
      const headers = [bearer(world.tokens.good), ['Origin', ALLOWED_ORIGIN]] as const
      const answer = await app.open({ target: '/sse', headers })
      expect(answer.headers['content-type']).toBe('text/event-stream')

      const chunks = answer.body[Symbol.asyncIterator]()
      expect(String(Buffer.from((await chunks.next()).value ?? []))).toBe('data: first\n\n')
      release.resolve()
      expect(String(Buffer.from((await chunks.next()).value ?? []))).toBe('data: second\n\n')
      expect((await chunks.next()).done).toBe(true)
    },
  )
})

describe('CORS of the application itself', async () => {
  const world = await openWorld({ handler: () => ({ headers: CORS, body: 'own body' }) })
  afterAll(() => world.close())

  test.each(world.apps)('%s: the gate leaves it alone without an origin', async (_name, app) => {
    expect(await app.send({ headers: [bearer(world.tokens.good)] })).toEqual({
      status: 200,
      headers: {
        'access-control-allow-origin': ALLOWED_ORIGIN,
        'access-control-expose-headers': 'X-Own',
        'content-type': 'text/plain',
      },
      body: 'own body',
    })
  })
})

describe('below a path', async () => {
  const resource = 'https://mcp.example.com/api/mcp'
  const metadataPath = '/.well-known/oauth-protected-resource/api/mcp'
  const world = await openWorld({ server: { resource }, app: { mountPath: '/api' } })
  afterAll(() => world.close())

  test.each(world.apps)('%s: the gate stands where it is mounted', async (_name, app) => {
    const target = '/api/mcp'
    expect((await app.send({ target })).headers['www-authenticate']).toBe(
      `Bearer resource_metadata="https://mcp.example.com${metadataPath}", scope="${SCOPE}"`,
    )
    expect(await app.send({ target, headers: [bearer(world.tokens.good)] })).toEqual({
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: 'handled',
    })
    const foreign = await world.issuer.mint({ aud: RESOURCE, scope: SCOPE })
    expect((await app.send({ target, headers: [bearer(foreign)] })).status).toBe(401)
  })

  test.each(world.apps)('%s: the metadata stays at the origin', async (_name, app) => {
    const { status, body } = await app.send({ target: metadataPath })
    expect([status, JSON.parse(body).resource]).toEqual([200, resource])
  })
})
