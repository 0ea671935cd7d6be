import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { bearer } from '../adapters/world.ts'
import { ask } from '../conformance/eras.ts'
import { ECHO, type Respond, startRawUpstream } from '../gateway/raw-upstream.ts'
import { openGatewayWorld, PUBLIC_URL } from '../gateway/world.ts'
import { receiveAnswer } from './support/stream-world.ts'

const world = await openGatewayWorld()
const token = await world.mint()
afterAll(() => world.close())
beforeEach(() => {
  world.upstream.seen.length = 0
  world.upstream.respond = ECHO
  world.events.length = 0
})

const call = () => world.call(token)
const failures = () =>
  world.events.flatMap((event) => (event.type === 'upstream.failed' ? [event.reason] : []))

describe('SEC-306 an upstream that answers 401', () => {
  async function openWithKeys(keys: readonly string[]) {
    const asked: boolean[] = []
    const opened = await openGatewayWorld({
      route: {
        identity: 'none',
        credentials: ({ isRefused }) => {
          asked.push(isRefused)
          return { 'x-api-key': keys[asked.length - 1] ?? 'none' }
        },
      },
    })
    onTestFinished(() => opened.close())
    opened.upstream.respond = (seen, response) => {
      if (seen.headers['x-api-key'] === 'fresh') return ECHO(seen, response)
      return response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end()
    }
    return { ...opened, asked }
  }

  test('SEC-306 is given another credential, once', async () => {
    const opened = await openWithKeys(['stale', 'fresh'])
    const answer = await opened.send(opened.call(await opened.mint()))
    expect([answer.status, opened.asked]).toEqual([200, [false, true]])
  })

  test('SEC-306 a tool call ends as an error for the model, and never as 401', async () => {
    const opened = await openWithKeys(['stale', 'stale', 'stale', 'stale', 'fresh'])
    const answer = await opened.send(opened.call(await opened.mint()))
    expect([answer.status, opened.asked]).toEqual([200, [false, true]])
    expect(JSON.parse(answer.body)).toMatchObject({ id: 1, result: { isError: true } })
    expect(answer.headers['www-authenticate']).toBeUndefined()
    const list = await opened.send(ask('2025-11-25', await opened.mint(), 'tools/list'))
    expect(list.status).toBe(502)
  })

  test('SEC-306 a credential that cannot be had is 503', async () => {
    const opened = await openGatewayWorld({
      route: { identity: 'none', credentials: () => Promise.reject(new Error('vault')) },
    })
    onTestFinished(() => opened.close())
    const answer = await opened.send(opened.call(await opened.mint()))
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5'])
    expect(opened.upstream.seen).toEqual([])
  })

  test.each([
    ['', (value: string) => value],
    [', in a list', (value: string) => [value] as unknown as string],
  ])(
    'SEC-297 credentials that hold the token of the caller%s are not sent',
    async (_title, wrap) => {
      const opened = await openGatewayWorld({
        route: {
          identity: 'none',
          credentials: ({ accessToken }) => ({ 'x-token': wrap(`Bearer ${accessToken}`) }),
        },
      })
      onTestFinished(() => opened.close())
      expect((await opened.send(opened.call(await opened.mint()))).status).toBe(503)
      expect(opened.upstream.seen).toEqual([])
    },
  )
})

describe('an upstream that talks about authorization servers', () => {
  test('SEC-319 SEC-320 is not believed: nobody asks for its metadata, and the client is told ours', async () => {
    const spy = await startRawUpstream()
    onTestFinished(() => spy.close())
    for (const place of ['a', 'b', 'javascript:alert(1)', 'file:///etc/passwd']) {
      const url = place.includes(':') ? place : `http://127.0.0.1:${spy.port}/${place}`
      world.upstream.respond = (_seen, response) => {
        response.writeHead(401, { 'www-authenticate': `Bearer resource_metadata="${url}"` }).end()
      }
      const answer = await world.send(ask('2025-11-25', token, 'tools/list'))
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([502, undefined])
    }
    expect(spy.seen).toEqual([])
    expect(failures()).toEqual(Array(4).fill('unauthorized'))
    const challenge = (await world.send({})).headers['www-authenticate']
    expect(challenge).toContain(`${PUBLIC_URL}/.well-known/oauth-protected-resource/mcp`)
  })
})

describe('SEC-314 an upstream without measure', () => {
  const PIECE = Buffer.alloc(65_536, 0x61)

  /** Writes as fast as it is read; says how much that was. */
  function endless(type: string, piece: Buffer): { readonly respond: Respond; written(): number } {
    let written = 0
    return {
      written: () => written,
      respond: (_seen, response) => {
        response.writeHead(200, { 'content-type': type })
        const write = (): void => {
          while (!response.destroyed) {
            written += piece.byteLength
            if (!response.write(piece)) return void response.once('drain', write)
          }
        }
        write()
      },
    }
  }

  test.each([
    ['a body of bytes', 'application/octet-stream', PIECE],
    ['a stream of events', 'text/event-stream', Buffer.from(`data: ${'a'.repeat(65_536)}\n\n`)],
  ])('SEC-314 waits for a reader that is slow: %s', async (_what, type, piece) => {
    const source = endless(type, piece)
    world.upstream.respond = source.respond
    const before = process.memoryUsage().rss
    const opened = await world.open(call())
    const reader = opened.body[Symbol.asyncIterator]()
    await reader.next()
    await setTimeout(700)
    const stalled = source.written()
    await setTimeout(300)
    expect(source.written()).toBe(stalled)
    expect(stalled).toBeLessThan(32 * 1_048_576)
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1_048_576)
    await reader.return?.()
  })

  test('SEC-314 a list without an end is 502', async () => {
    const small = await openGatewayWorld({
      route: { maxAnswerBytes: 65_536, maxBodyBytes: 65_536 },
    })
    onTestFinished(() => small.close())
    small.upstream.respond = endless('application/json', PIECE).respond
    const answer = await small.send(ask('2025-11-25', await small.mint(), 'tools/list'))
    expect(answer.status).toBe(502)
  })

  test('SEC-314 an event without an end breaks its stream off', async () => {
    const small = await openGatewayWorld({
      route: { maxAnswerBytes: 65_536, maxBodyBytes: 65_536 },
    })
    onTestFinished(() => small.close())
    small.upstream.respond = endless('text/event-stream', PIECE).respond
    const received = receiveAnswer(await small.open(small.call(await small.mint())))
    await received.over
    expect(received.text.length).toBeLessThan(65_536)
  })

  test('SEC-314 1,000 header fields are 502', async () => {
    world.upstream.respond = (_seen, response) => {
      for (let at = 0; at < 1_000; at += 1) response.setHeader(`x-${at}`, 'a'.repeat(64))
      response.end('{}')
    }
    expect((await world.send(call())).status).toBe(502)
  })

  test.each(['gzip', 'br', 'gzip, br'])('SEC-314 a body in %s is 502', async (coding) => {
    world.upstream.respond = (_seen, response) =>
      response.writeHead(200, { 'content-encoding': coding }).end('x')
    expect((await world.send(call())).status).toBe(502)
  })

  test('SEC-314 more than maxConnections is 503', async () => {
    const small = await openGatewayWorld({
      route: { upstream: { url: world.upstream.url, maxConnections: 2 } },
    })
    onTestFinished(() => small.close())
    const release = Promise.withResolvers<void>()
    world.upstream.respond = async (seen, response) => {
      await release.promise
      return ECHO(seen, response)
    }
    const bearerToken = await small.mint()
    const calls = Array.from({ length: 5 }, () => small.send(small.call(bearerToken)))
    await expect.poll(() => world.upstream.seen.length).toBe(2)
    await expect
      .poll(() => small.events.filter(({ type }) => type === 'upstream.failed').length)
      .toBe(3)
    release.resolve()
    const statuses = (await Promise.all(calls)).map(({ status }) => status)
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 200, 503, 503, 503])
  })
})

describe('an upstream that fails', () => {
  test('that is not there is 503, and back again when it is', async () => {
    const upstream = await startRawUpstream()
    const gone = await openGatewayWorld({ route: { upstream: upstream.url } })
    onTestFinished(() => gone.close())
    const bearerToken = await gone.mint()
    await upstream.close()
    const answer = await gone.send(gone.call(bearerToken))
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1'])
    const startedAt = performance.now()
    expect((await gone.send(gone.call(bearerToken))).status).toBe(503)
    expect(performance.now() - startedAt).toBeLessThan(45)
    const back = await startRawUpstream(upstream.port)
    onTestFinished(() => back.close())
    await expect.poll(async () => (await gone.send(gone.call(bearerToken))).status).toBe(200)
    // The call was refused twice, and sent once: nothing runs twice.
    expect(back.seen).toHaveLength(1)
  })

  test('a POST whose connection is lost is 502, and not sent again; a GET is, once', async () => {
    world.upstream.respond = ({ message }) => message.socket.destroy()
    expect((await world.send(call())).status).toBe(502)
    expect(world.upstream.seen).toHaveLength(1)
    world.upstream.seen.length = 0
    expect((await world.send({ headers: [bearer(token)] })).status).toBe(502)
    expect(world.upstream.seen).toHaveLength(2)
    expect(failures()).toEqual(['broken', 'broken'])
  })

  test('a body that is cut off is never a whole one', async () => {
    world.upstream.respond = (_seen, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '100' })
      response.write('half')
      globalThis.setTimeout(() => response.destroy(), 20)
    }
    await expect(world.send(call())).rejects.toThrow('aborted')
  })

  test('the head is waited for until responseTimeoutSeconds, and a pause until idleTimeoutSeconds', async () => {
    const slow = await openGatewayWorld({
      route: {
        upstream: { url: world.upstream.url, responseTimeoutSeconds: 1, idleTimeoutSeconds: 1 },
      },
    })
    onTestFinished(() => slow.close())
    const bearerToken = await slow.mint()
    world.upstream.respond = () => undefined
    expect((await slow.send(slow.call(bearerToken))).status).toBe(504)
    world.upstream.respond = (_seen, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' })
      response.write('half')
    }
    await expect(slow.send(slow.call(bearerToken))).rejects.toThrow('aborted')
  }, 15_000)

  test('what is no HTTP is 502', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    const wrong = await openGatewayWorld({ route: { upstream: `http://127.0.0.1:${port}/mcp` } })
    onTestFinished(async () => {
      await wrong.close()
      server.close()
    })
    expect((await wrong.send(wrong.call(await wrong.mint()))).status).toBe(502)
  })

  test('connections are used again', async () => {
    const before = world.upstream.connections
    for (let at = 0; at < 10; at += 1) await world.send(call())
    expect(world.upstream.connections - before).toBeLessThanOrEqual(1)
  })
})
