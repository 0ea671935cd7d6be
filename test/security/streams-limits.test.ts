import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request as openRequest } from 'node:http'
import { connect } from 'node:net'
import { protect } from 'mcp-gatehouse/node'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { openWorld } from '../adapters/world.ts'
import { everywhere, takeReasons } from './cases.ts'
import {
  LISTENING,
  openStreamWorld,
  type Received,
  receive,
  runningCall,
} from './support/stream-world.ts'

beforeAll(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterAll(() => void vi.useRealTimers())

const MEBIBYTE = 1_048_576
const [, get] = LISTENING[0] ?? []
if (get === undefined) throw new Error('no GET')

describe('SEC-340 streams without number', async () => {
  const streams = await openStreamWorld()
  const { world, mint, pass } = streams
  afterAll(() => world.close())

  test.each(world.apps)(
    'SEC-340 the 65th of one caller is 429, and another caller is served (%s)',
    everywhere(world, async (app) => {
      const token = await mint()
      const open: Received[] = []
      for (let count = 0; count < 64; count += 1) {
        const [, request] = LISTENING[count % LISTENING.length] ?? []
        if (request !== undefined) open.push(await receive(app, request(token)))
      }
      expect(new Set(open.map(({ status }) => status))).toEqual(new Set([200]))
      for (const [, request] of LISTENING) {
        const answer = await app.send(request(token))
        expect([answer.status, answer.headers['retry-after']]).toEqual([429, '5'])
      }
      expect(takeReasons(world).slice(-2)).toEqual(['streams', 'streams'])
      const other = await receive(app, get(await mint({ sub: 'bob' })))
      expect([other.status, (await receive(app, runningCall(token))).status]).toEqual([200, 200])

      await pass(360)
      await Promise.all(open.map(({ over }) => over))
      const again = await receive(app, get(await mint()))
      expect(again.status).toBe(200)
      await pass(360)
      await again.over
    }),
  )

  test.each(world.apps)(
    'SEC-340 all that come at once are not more (%s)',
    everywhere(world, async (app) => {
      const token = await mint({ sub: 'carol' })
      const all = await Promise.all(Array.from({ length: 100 }, () => receive(app, get(token))))
      await pass(5)
      const open = all.filter(({ status, isOver }) => status === 200 && !isOver)
      expect(open).toHaveLength(64)
      await pass(360)
      await Promise.all(all.map(({ over }) => over))
    }),
  )

  test('SEC-340 a thousand idle ones take little memory, and all of them end', async () => {
    const app = world.apps.find(([name]) => name === 'node:http')?.[1]
    if (app === undefined) throw new Error('no node:http')
    const before = process.memoryUsage().rss
    const open: Received[] = []
    for (let user = 0; user < 20; user += 1) {
      const token = await mint({ sub: `user-${user}` })
      const own = Array.from({ length: 50 }, () => receive(app, get(token)))
      open.push(...(await Promise.all(own)))
    }
    expect(open.filter(({ status, isOver }) => status === 200 && !isOver)).toHaveLength(1_000)
    // Both ends of every socket are in this process.
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * MEBIBYTE)
    await pass(360)
    await Promise.all(open.map(({ over }) => over))
  })
})

describe('SEC-340 a reader that is slow', async () => {
  const EVENT = `data: ${'x'.repeat(65_536)}\n\n`
  const world = await openWorld({
    platforms: [],
    server: { requiredScopes: [], policy: { unlisted: 'authenticated' } },
  })
  const token = await world.issuer.mint({ aud: world.gatehouse.resource })
  afterAll(() => world.close())

  test('SEC-340 slows a handler of node:http down', async () => {
    const EVENTS = 1_000
    let written = 0
    const server = createServer(
      protect(world.gatehouse, async (_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' })
        for (; written < EVENTS; written += 1) {
          if (!response.write(EVENT)) await once(response, 'drain')
        }
        response.end()
      }),
    )
    const port = await listen(server, 0, '127.0.0.1')
    const outgoing = openRequest({
      port,
      path: '/mcp',
      headers: { Authorization: `Bearer ${token}` },
    })
    outgoing.end()
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
    expect(answer.statusCode).toBe(200)
    answer.pause()
    await expect.poll(() => written).toBeGreaterThan(10)
    await new Promise((resolve) => setTimeout(resolve, 300))
    // What the kernel and both sides buffer, of 64 MiB.
    expect(written * EVENT.length).toBeLessThan(24 * MEBIBYTE)

    let received = 0
    for await (const chunk of answer) received += (chunk as Buffer).length
    expect(received).toBe(EVENTS * EVENT.length)
    await close(server)
  })

  test('SEC-340 slows a handler of fetch down', async () => {
    let pulled = 0
    const guarded = world.gatehouse.protect(() => {
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled += 1
          controller.enqueue(new TextEncoder().encode(EVENT))
        },
      })
      return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
    })
    const headers = { Authorization: `Bearer ${token}` }
    const answer = await guarded(new Request(world.gatehouse.resource, { headers }))
    const reader = answer.body?.getReader()
    await reader?.read()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(pulled).toBeLessThan(5)
    await reader?.cancel()
  })
})

describe('SEC-341 the client is gone', async () => {
  const streams = await openStreamWorld({ server: { maxStreamsPerPrincipal: 1 } })
  const { world, mint, pass } = streams
  afterAll(() => world.close())
  const sockets = world.apps.flatMap(([name, app]) =>
    app.port === undefined ? [] : [[name, app, app.port] as const],
  )

  test.each(sockets)('SEC-341 its stream counts no longer (%s)', async (_name, app, port) => {
    const token = await mint()
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET /mcp HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${token}\r\n\r\n`)
    await once(socket, 'data')
    expect((await app.send(get(token))).status).toBe(429)
    socket.destroy()
    await expect
      .poll(async () => {
        const again = await receive(app, get(token))
        return again.status
      })
      .toBe(200)
    await pass(360)
  })

  test('SEC-341 cancelling the body of fetch cancels that of the handler', async () => {
    const [, app] = world.apps[0] ?? []
    const { body } = (await app?.open(get(await mint()))) ?? {}
    await (body as unknown as ReadableStream).cancel()
    let cancelled: unknown
    const guarded = world.gatehouse.protect(() => {
      const own = new ReadableStream({ cancel: (reason) => void (cancelled = reason) })
      return new Response(own, { headers: { 'Content-Type': 'text/event-stream' } })
    })
    const headers = { Authorization: `Bearer ${await mint({ sub: 'dave' })}` }
    const answer = await guarded(new Request(world.gatehouse.resource, { headers }))
    await answer.body?.cancel('gone')
    expect(cancelled).toBe('gone')
  })

  test.each(sockets)(
    'SEC-341 what a handler writes after its stream was ended reaches nobody on that socket (%s)',
    async (_name, _app, port) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const ask = async (token: string): Promise<IncomingMessage> => {
        const outgoing = openRequest({
          port,
          path: '/mcp',
          agent,
          headers: { Authorization: `Bearer ${token}` },
        })
        outgoing.end()
        const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
        return answer
      }
      const first = await ask(await mint({ sub: 'erin' }))
      const { socket } = first
      const late = streams.channel
      late.emit('of erin')
      await once(first, 'data')
      first.resume()
      const ended = once(first, 'end')
      await pass(360)
      await ended

      const second = await ask(await mint({ sub: 'frank' }))
      expect(second.socket).toBe(socket)
      const { channel } = streams
      let text = ''
      second.on('data', (chunk: Buffer) => (text += chunk.toString()))
      late.emit('of erin, late')
      channel.emit('of frank')
      late.finish()
      await expect.poll(() => text).toContain('of frank')
      channel.finish()
      await once(second, 'end')
      expect(text).toBe('data: of frank\n\n')
      agent.destroy()
    },
  )
})
