import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { callForJson, openStdioWorld, rawServer, SDK_SERVER, type StdioWorld } from './world.ts'

async function open(...given: Parameters<typeof openStdioWorld>): Promise<StdioWorld> {
  const world = await openStdioWorld(...given)
  onTestFinished(() => world.close())
  return world
}

const reasonsOf = ({ events }: StdioWorld): string[] =>
  events.flatMap((event) => (event.type === 'upstream.failed' ? [event.reason] : []))

const CALL = {
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: { name: 'any', arguments: {} },
} as const

/** A session without a client of the SDK, which would not show what the wire says. */
async function begin(world: StdioWorld, subject = 'alice') {
  const authorization = `Bearer ${await world.mint(subject)}`
  const send = (message: object, more: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(world.url, {
      method: 'POST',
      headers: {
        authorization,
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        ...more,
      },
      body: JSON.stringify(message),
    })
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'raw', version: '1' },
  }
  const begun = await send({ jsonrpc: '2.0', id: 1, method: 'initialize', params })
  const text = await begun.text()
  const id = begun.headers.get('mcp-session-id') ?? ''
  const session = { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' }
  return { status: begun.status, text, send, call: () => send(CALL, session), session }
}

describe('a process that ends', () => {
  test('in the middle of a call is 502, and its session 404 from then on', async () => {
    const world = await open(SDK_SERVER)
    const { send, session } = await begin(world)
    const crash = { ...CALL, params: { name: 'crash', arguments: {} } }
    const answer = await send(crash, session)
    expect([answer.status, await answer.json()]).toMatchObject([502, { error: 'bad_gateway' }])
    expect((await send(CALL, session)).status).toBe(404)
    expect(reasonsOf(world)).toEqual(['broken'])
    expect(world.events).toContainEqual(
      expect.objectContaining({
        type: 'upstream.ended',
        error: expect.objectContaining({ message: 'The process ended with code 3.' }) as unknown,
      }),
    )
  })

  test('is started anew for the next request of 2026-07-28', async () => {
    const world = await open(SDK_SERVER)
    const client = await world.connect('alice', 'auto')
    const before = await callForJson<{ pid: number }>(client, 'process')
    await expect(client.callTool({ name: 'crash', arguments: {} })).rejects.toThrow('bad_gateway')
    const after = await callForJson<{ pid: number }>(client, 'process')
    expect(after.pid).not.toBe(before.pid)
    await client.close()
  })

  test('at once is 502, and one that cannot be started 503 with Retry-After', async () => {
    const ends = await begin(await open(rawServer('exit')))
    expect([ends.status, ends.text]).toEqual([502, expect.stringContaining('bad_gateway')])
    const world = await open({ command: '/nowhere/server' })
    expect((await begin(world)).status).toBe(503)
    expect(reasonsOf(world)).toEqual(['unreachable'])
  })

  test.each([
    ['spawn /nowhere/server ENOENT', { command: '/nowhere/server', args: ['--key', 'sk-secret'] }],
    ['its folder /nowhere does not exist', { ...SDK_SERVER, cwd: '/nowhere' }],
  ])('that cannot be started is told with the reason: %s', async (reason, command) => {
    const world = await open(command)
    await begin(world)
    const ended = world.events.find((event) => event.type === 'upstream.ended')
    expect(ended?.error.message).toBe(`The process cannot be started: ${reason}.`)
    expect(inspect(ended)).not.toContain('sk-secret')
  })
})

describe('a process that says nothing', () => {
  test('from the start is 504', async () => {
    const world = await open({ ...rawServer('mute'), startTimeoutSeconds: 1 })
    expect((await begin(world)).status).toBe(504)
    expect(reasonsOf(world)).toEqual(['timeout'])
  })

  test('about a call is 504, and goes on', async () => {
    const world = await open({ ...rawServer('silent'), responseTimeoutSeconds: 1 })
    const { call, send, session } = await begin(world)
    expect((await call()).status).toBe(504)
    const ping = await send({ jsonrpc: '2.0', id: 8, method: 'ping' }, session)
    expect(ping.status).toBe(504)
  })
})

describe('hostile output', () => {
  test('that is no JSON-RPC is told to the operator, and answers still arrive', async () => {
    const world = await open(rawServer('noise'))
    const { call } = await begin(world)
    const answer = await call()
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('"id":7')])
    const noise = world.stderr().filter((line) => line.startsWith('Not JSON-RPC'))
    expect(noise[0]).toBe('Not JSON-RPC on its standard output: Server is ready!')
    expect(noise).toHaveLength(6)
  })

  test('of one message that is too long ends the process: 502', async () => {
    const world = await open(rawServer('long'), { maxAnswerBytes: 2_000_000 })
    const { call } = await begin(world)
    expect((await call()).status).toBe(502)
    expect(world.events).toContainEqual(
      expect.objectContaining({
        type: 'upstream.ended',
        error: expect.objectContaining({ message: 'A message is too long.' }) as unknown,
      }),
    )
  })

  test('that floods waits for a client that is slow', { timeout: 60_000 }, async () => {
    const world = await open(rawServer('flood'))
    const { call } = await begin(world)
    const answer = await call()
    const reader = answer.body?.getReader()
    const written = (): number =>
      Math.max(0, ...world.stderr().map((line) => Number(line.replace('written ', ''))))
    await expect.poll(written).toBeGreaterThan(0)
    const { promise, resolve } = Promise.withResolvers<void>()
    setTimeout(resolve, 1_500)
    await promise
    // 10 kB each: some megabytes are in buffers, and not the 60 MB of all of them.
    expect(written()).toBeLessThan(2_000)
    let bytes = 0
    for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
      bytes += next.value.byteLength
    }
    expect(bytes).toBeGreaterThan(60_000_000)
  })

  test('keeps the digits of its numbers', async () => {
    const { call } = await begin(await open(rawServer('exact')))
    expect(await (await call()).text()).toContain('"n":12345678901234567890,"f":1.0')
  })

  test('on standard error is bounded, and shows neither its variables nor tokens', async () => {
    const world = await open({ ...rawServer('stderr'), env: { API_KEY: 'sk-very-secret' } })
    const { call } = await begin(world)
    expect((await call()).status).toBe(200)
    await expect.poll(() => world.stderr().length).toBeGreaterThan(40)
    expect(world.stderr()[0]).toBe('key [redacted] and [redacted] and  [31mred')
    expect(world.stderr().length).toBeLessThan(60)
    expect(Math.max(...world.stderr().map(({ length }) => length))).toBeLessThanOrEqual(1_000)
  })
})

test('an identifier of a session is worth nothing to another principal', async () => {
  const world = await open(SDK_SERVER)
  const alice = await begin(world, 'alice')
  const bob = await begin(world, 'bob')
  expect((await bob.send(CALL, alice.session)).status).toBe(404)
  const guess = { ...alice.session, 'mcp-session-id': crypto.randomUUID() }
  expect((await alice.send(CALL, guess)).status).toBe(404)
  expect((await alice.send(CALL)).status).toBe(400)
})

test('a server of an older revision is not asked in the words of 2026-07-28', async () => {
  const world = await open(rawServer('noise'))
  const client = await world.connect('alice', 'auto')
  expect(client.getNegotiatedProtocolVersion()).toBe('2025-11-25')
  await client.close()
})
