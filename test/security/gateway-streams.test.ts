import type { IncomingMessage } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Gateway } from 'mcp-gatehouse/gateway'
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { WireRequest } from '../adapters/wire.ts'
import { bearer } from '../adapters/world.ts'
import { ask } from '../conformance/eras.ts'
import { ECHO, type Respond } from '../gateway/raw-upstream.ts'
import { openGatewayWorld } from '../gateway/world.ts'
import { receiveAnswer } from './support/stream-world.ts'
import { createTestClock } from './support/test-clock.ts'

/** A stream of the upstream, written from a test. */
interface Channel {
  emit(text: string): void
  end(): void
  readonly isClosed: boolean
}

let channels: Channel[] = []
/** Opens a stream of events and sends nothing but its head. */
const streaming: Respond = (_seen, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
  let isClosed = false
  response.on('close', () => {
    isClosed = true
  })
  channels.push({
    emit: (text) => void response.write(`data: ${text}\n\n`),
    end: () => void response.end(),
    get isClosed() {
      return isClosed
    },
  })
}

const LISTENING = {
  GET: (token: string): WireRequest => ({
    headers: [bearer(token), ['Accept', 'text/event-stream']],
  }),
  'subscriptions/listen': (token: string): WireRequest =>
    ask('2026-07-28', token, 'subscriptions/listen', { notifications: {} }),
} as const

describe('streams through the gateway', async () => {
  const clock = createTestClock()
  // Faked before the gateway starts, so that no interval of it is a real one.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const world = await openGatewayWorld({
    now: () => clock.now(),
    gateway: { clock, maxStreamsPerPrincipal: 3 },
    route: {
      policy: { tools: { '*': [] }, resources: { 'note://{id}': 'notes:read' } },
    },
  })
  afterAll(async () => {
    vi.useRealTimers()
    await world.close()
  })
  beforeEach(() => {
    channels = []
    world.upstream.seen.length = 0
    world.upstream.respond = streaming
  })
  const pass = async (seconds: number): Promise<void> => {
    for (let passed = 0; passed < seconds; passed += 5) {
      clock.pass(5)
      await vi.advanceTimersByTimeAsync(5_000)
    }
    await wait(20)
  }
  const listen = async (kind: keyof typeof LISTENING, token?: string) => {
    const received = receiveAnswer(await world.open(LISTENING[kind](token ?? (await world.mint()))))
    await expect.poll(() => channels.length).toBeGreaterThan(0)
    return received
  }

  test('the head of an idle stream is there at once, and each event as it comes', async () => {
    const token = await world.mint()
    await world.send(world.call(token)).catch(() => undefined)
    channels = []
    const startedAt = performance.now()
    const received = await listen('GET', token)
    expect(received.status).toBe(200)
    expect(performance.now() - startedAt).toBeLessThan(500)
    for (const text of ['one', 'two', 'three']) {
      channels[0]?.emit(text)
      await received.until(text)
    }
    channels[0]?.end()
    await received.over
  })

  test.each(['GET', 'subscriptions/listen'] as const)(
    'SEC-335 %s ends with its token, and no event comes later',
    async (kind) => {
      const received = await listen(kind)
      channels[0]?.emit('before')
      await received.until('before')
      await pass(360)
      await received.over
      await expect.poll(() => channels[0]?.isClosed).toBe(true)
    },
  )

  test('SEC-335 a call that runs may answer after its token has expired', async () => {
    const received = receiveAnswer(await world.open(world.call(await world.mint())))
    await pass(400)
    channels[0]?.emit('done')
    channels[0]?.end()
    await received.over
    expect(received.text).toContain('done')
  })

  test('SEC-336 a caller who is revoked has no stream within 60 seconds', async () => {
    const [listening, call] = [
      await listen('GET', await world.mint({ sub: 'eve' })),
      receiveAnswer(await world.open(world.call(await world.mint({ sub: 'eve' })))),
    ]
    const alice = await listen('GET')
    await world.gateway.revoke({ issuer: world.issuer.issuer, subject: 'eve' })
    await pass(60)
    await Promise.all([listening.over, call.over])
    expect(alice.isOver).toBe(false)
    channels.at(-1)?.end()
    await alice.over
  })

  test('SEC-337 a stream is not resumed with another token than its own', async () => {
    world.upstream.respond = (seen, response) => {
      response.setHeader('mcp-session-id', 's-337')
      return ECHO(seen, response)
    }
    const now = clock.now()
    const expired = await world.mint({ iat: now - 400, exp: now - 100 })
    await world.send(world.call(await world.mint()))
    world.upstream.respond = streaming
    const resume = (token: string) =>
      world.send({
        headers: [bearer(token), ['Mcp-Session-Id', 's-337'], ['Last-Event-ID', '1']],
      })
    expect((await resume(expired)).status).toBe(401)
    expect((await resume(await world.mint({ sub: 'mallory' }))).status).toBe(404)
    expect(world.upstream.seen).toHaveLength(1)
  })

  test('SEC-338 an event is passed on where the scopes of its stream allow it', async () => {
    const received = await listen('GET', await world.mint({ scope: 'other' }))
    const updated = (uri: string) =>
      JSON.stringify({
        jsonrpc: '2.0',
        method: 'notifications/resources/updated',
        params: { uri },
      })
    channels[0]?.emit(updated('note://1'))
    channels[0]?.emit('"last"')
    await received.until('last')
    expect(received.text).not.toContain('note://1')
    channels[0]?.end()
    await received.over
  })

  test('SEC-340 one caller has so many streams and no more, others have theirs', async () => {
    const open = [await listen('GET'), await listen('GET'), await listen('subscriptions/listen')]
    const refused = await world.send(LISTENING.GET(await world.mint()))
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '5'])
    const bob = await listen('GET', await world.mint({ sub: 'bob' }))
    for (const channel of channels) channel.end()
    await Promise.all([...open, bob].map(({ over }) => over))
    const again = await listen('GET')
    expect(again.status).toBe(200)
    channels.at(-1)?.end()
    await again.over
  })

  test('SEC-341 when the client goes away, so does the request to the upstream', async () => {
    for (const request of [LISTENING.GET(await world.mint()), world.call(await world.mint())]) {
      channels = []
      const opened = await world.open(request)
      await expect.poll(() => channels.length).toBe(1)
      // What is behind the iterable: an iterator that has not begun closes nothing.
      ;(opened.body as IncomingMessage).destroy()
      await expect.poll(() => channels[0]?.isClosed).toBe(true)
    }
  })

  test('SEC-341 a client that does not wait for the head is not kept either', async () => {
    let isClosed = false
    world.upstream.respond = (_seen, response) => {
      response.on('close', () => {
        isClosed = true
      })
    }
    const controller = new AbortController()
    const call = fetch(`http://127.0.0.1:${world.port}/mcp`, {
      method: 'POST',
      signal: controller.signal,
      headers: {
        authorization: `Bearer ${await world.mint()}`,
        'content-type': 'application/json',
      },
      body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    })
    await expect.poll(() => world.upstream.seen.length).toBe(1)
    controller.abort()
    await expect(call).rejects.toThrow('aborted')
    await expect.poll(() => isClosed).toBe(true)
    world.upstream.respond = ECHO
    const next = await world.send(world.call(await world.mint()))
    expect(JSON.parse(next.body)).toMatchObject({ id: 1, result: { method: 'tools/call' } })
  })

  test('when the upstream goes away in the middle, the client sees no whole answer', async () => {
    world.upstream.respond = ({ message }, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: one\n\n')
      setTimeout(() => message.socket.destroy(), 20)
    }
    await expect(world.send(world.call(await world.mint()))).rejects.toThrow('aborted')
  })
})

describe('SEC-342 a gateway that ends', () => {
  async function closing(drainSeconds: number) {
    channels = []
    const world = await openGatewayWorld({
      gateway: { admin: { port: 0 }, drainSeconds },
    })
    onTestFinished(() => world.close())
    world.upstream.respond = streaming
    const listening = receiveAnswer(await world.open(LISTENING.GET(await world.mint())))
    const call = receiveAnswer(await world.open(world.call(await world.mint())))
    await expect.poll(() => channels.length).toBe(2)
    const closed = world.gateway.close()
    return { world, listening, call, closed }
  }

  test('SEC-342 ends streams, lets calls finish, and takes no further ones', async () => {
    const { world, listening, call, closed } = await closing(10)
    await listening.over
    expect(call.isOver).toBe(false)
    const readiness = await fetch(`${world.adminUrl}/readyz`)
    expect(readiness.status).toBe(503)
    await expect(world.send(world.call(await world.mint()))).rejects.toThrow('ECONNREFUSED')
    channels[1]?.emit('done')
    channels[1]?.end()
    await call.over
    expect(call.text).toContain('done')
    await closed
    expect(world.upstream.seen).toHaveLength(2)
  })

  test('SEC-342 cuts off what does not finish in time', async () => {
    const { call, closed } = await closing(0)
    await Promise.all([call.over, closed])
    await expect.poll(() => channels[1]?.isClosed).toBe(true)
  })

  test('SEC-342 can be told so twice', async () => {
    const { gateway }: { gateway: Gateway } = await openGatewayWorld()
    const ends = [gateway.close(), gateway.close()]
    expect(await Promise.all(ends)).toEqual([undefined, undefined])
  })
})
