import { createServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import { createResourceServer } from 'mcp-gatehouse'
import { protect } from 'mcp-gatehouse/node'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { openExchange, type WireRequest } from '../adapters/wire.ts'
import { RESOURCE } from '../adapters/world.ts'
import { ask } from '../conformance/eras.ts'
import { openSessionsWorld } from './support/sessions-v1.ts'
import { receiveAnswer } from './support/stream-world.ts'
import { createTestClock } from './support/test-clock.ts'

describe('a server of SDK v2 on a socket', async () => {
  const clock = createTestClock()
  const issuer = await createTokenIssuer({ now: () => clock.now() })
  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: [issuer.issuer],
    allowInsecureLoopback: true,
    policy: {
      tools: { slow: [] },
      resources: { 'note://open/{id}': [], 'note://{id}': 'private' },
    },
    clock,
  })
  const running = { release: Promise.withResolvers<void>(), aborts: 0 }
  const mcp = createMcpHandler(() => buildServer(running))
  const listener = toNodeHandler(mcp)
  // Faked before the server starts, so that no interval of it is a real one.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const server = createServer(protect(gatehouse, listener))
  const port = await listen(server, 0, '127.0.0.1')
  afterAll(async () => {
    vi.useRealTimers()
    server.closeAllConnections()
    await Promise.all([close(server), issuer.close()])
  })

  const mint = (claims = {}) => issuer.mint({ aud: RESOURCE, ...claims })
  const receive = async (request: WireRequest) => receiveAnswer(await openExchange(port, request))
  const subscribe = (token: string, ...resourceSubscriptions: string[]) =>
    ask('2026-07-28', token, 'subscriptions/listen', { notifications: { resourceSubscriptions } })
  const pass = async (seconds: number): Promise<void> => {
    for (let passed = 0; passed < seconds; passed += 5) {
      clock.pass(5)
      await vi.advanceTimersByTimeAsync(5_000)
    }
  }

  test('SEC-335 subscriptions/listen ends with its token', async () => {
    const received = await receive(subscribe(await mint(), 'note://open/1'))
    await received.until('acknowledged')
    mcp.notify.resourceUpdated('note://open/1')
    await received.until('resources/updated')
    await pass(295)
    mcp.notify.resourceUpdated('note://open/1')
    await expect.poll(() => received.text.split('resources/updated').length).toBe(3)
    await pass(60)
    await received.over
    mcp.notify.resourceUpdated('note://open/1')
    expect(received.text.split('resources/updated')).toHaveLength(3)
  })

  test('SEC-335 a call that runs answers after its token has expired', async () => {
    running.release = Promise.withResolvers()
    const call = ask('2026-07-28', await mint(), 'tools/call', {
      name: 'slow',
      _meta: { ...modern(), progressToken: 'p-1' },
    })
    const received = await receive(call)
    await received.until('notifications/progress')
    await pass(400)
    running.release.resolve()
    await received.over
    expect(received.text).toContain('it is done')
  })

  test('SEC-336 both end with the revocation, and the handler is told', async () => {
    running.release = Promise.withResolvers()
    const token = await mint({ sub: 'mallory' })
    const listening = await receive(subscribe(token, 'note://open/1'))
    const calling = await receive(
      ask('2026-07-28', token, 'tools/call', {
        name: 'slow',
        _meta: { ...modern(), progressToken: 'p-2' },
      }),
    )
    await Promise.all([listening.until('acknowledged'), calling.until('notifications/progress')])
    clock.pass(1)
    await gatehouse.revoke({ issuer: issuer.issuer, subject: 'mallory' })
    await pass(60)
    await Promise.all([listening.over, calling.over])
    running.release.resolve()
    mcp.notify.resourceUpdated('note://open/1')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(calling.text).not.toContain('it is done')
    expect(listening.text).not.toContain('resources/updated')
  })

  test('SEC-333 the SDK never gets to see a subscription that is refused', async () => {
    const refused = await receive(subscribe(await mint(), 'note://open/1', 'note://1'))
    await refused.over
    expect(refused.status).toBe(403)
    expect(refused.text).not.toContain('acknowledged')
    const entitled = await mint({ scope: 'private' })
    const received = await receive(subscribe(entitled, 'note://1'))
    await received.until('acknowledged')
    mcp.notify.resourceUpdated('note://1')
    await received.until('note://1')
    await pass(360)
    await received.over
  })
})

describe('SEC-337 a client of SDK v1 comes back with Last-Event-ID', async () => {
  const clock = createTestClock()
  const world = await openSessionsWorld({ clock })
  afterAll(() => world.close())
  const now = () => clock.now()
  const mint = (claims: object) =>
    world.mint({ sub: 'alice', client_id: 'app', iat: now(), exp: now() + 300, ...claims })

  /** A session of alice with an answer that can be replayed. */
  async function missAnswer(): Promise<readonly (readonly [string, string])[]> {
    const { headers } = await world.initialize(await mint({}))
    const session = ['Mcp-Session-Id', headers['mcp-session-id'] ?? ''] as const
    const { body } = await world.send('POST', await mint({}), session)
    const eventId = /^id: (.*)$/m.exec(body)?.[1] ?? ''
    expect(body).toContain('a secret note')
    return [session, ['Last-Event-ID', eventId.replace(/\d+$/, '-1')]]
  }

  test('SEC-337 its own answer is replayed to it', async () => {
    const received = receiveAnswer(await world.open(await mint({}), ...(await missAnswer())))
    await received.until('a secret note')
    expect(received.status).toBe(200)
  })

  test.each([
    ['user', { sub: 'bob' }],
    ['client', { client_id: 'another-app' }],
    ['tenant', { tid: 'umbrella' }],
  ])('SEC-337 nothing is replayed to another %s', async (_what, claims) => {
    const lines = await missAnswer()
    const before = world.replays.length
    const other = await mint(claims)
    const answer = await world.send('GET', other, ...lines)
    expect([answer.status, answer.body]).toEqual([404, expect.not.stringContaining('secret')])
    // Nor within a session of their own.
    const { headers } = await world.initialize(other)
    const own = ['Mcp-Session-Id', headers['mcp-session-id'] ?? ''] as const
    const mixed = await world.send('GET', other, ...lines, own)
    expect([mixed.status, mixed.body]).toEqual([404, expect.not.stringContaining('secret')])
    expect(world.replays).toHaveLength(before)
  })

  test('SEC-337 with an expired or revoked token it is 401', async () => {
    const lines = await missAnswer()
    const before = world.replays.length
    const token = await mint({})
    clock.pass(301 + 30)
    const expired = await world.send('GET', token, ...lines)
    expect([expired.status, expired.headers['www-authenticate']]).toEqual([
      401,
      expect.stringContaining('error="invalid_token"'),
    ])
    const revoked = await mint({})
    clock.pass(1)
    await world.gatehouse.revoke({ issuer: world.issuer.issuer, subject: 'alice' })
    expect((await world.send('GET', revoked, ...lines)).status).toBe(401)
    clock.pass(1)
    expect((await world.send('GET', await mint({}), ...lines)).status).toBe(404)
    expect(world.replays).toHaveLength(before)
  })
})

function modern(): object {
  return {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'client', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
}

function buildServer(running: { readonly release: PromiseWithResolvers<void> }): McpServer {
  const server = new McpServer(
    { name: 'notes', version: '1.0.0' },
    { capabilities: { resources: { subscribe: true } } },
  )
  server.registerTool('slow', {}, async (ctx) => {
    // oxlint-disable-next-line no-underscore-dangle -- the name on the wire
    const progressToken = ctx.mcpReq._meta?.progressToken ?? ''
    const params = { progressToken, progress: 1 }
    await ctx.mcpReq.notify({ method: 'notifications/progress', params })
    await running.release.promise
    return { content: [{ type: 'text', text: 'it is done' }] }
  })
  server.registerResource(
    'note',
    new ResourceTemplate('note://{+id}', { list: undefined }),
    {},
    (uri) => ({
      contents: [{ uri: uri.href, text: 'note' }],
    }),
  )
  return server
}
