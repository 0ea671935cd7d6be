import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  callForJson,
  isAlive,
  openStdioWorld,
  rawServer,
  SDK_SERVER,
  type StdioWorld,
} from './world.ts'

interface Process {
  readonly pid: number
  readonly calls: number
}

process.env['GATEWAY_SECRET_OF_TEST'] = 'nobody-may-see-this'
process.env['NAMED_OF_TEST'] = 'this-one-may'
const world = await openStdioWorld({
  ...SDK_SERVER,
  env: ({ principal }) => ({ API_KEY: `key-of-${principal.subject}` }),
  inheritEnv: ['NAMED_OF_TEST', 'NOT_SET_OF_TEST'],
})
afterAll(() => world.close())

describe.each(['legacy', 'auto'] as const)('two principals (%s)', (mode) => {
  test('never share a process', async () => {
    const clients = await Promise.all(
      ['alice', 'bob'].map((subject) => world.connect(subject, mode)),
    )
    const pids = new Set<number>()
    for (const client of clients) {
      const { calls, pid } = await callForJson<Process>(client, 'process')
      expect(calls).toBe(1)
      pids.add(pid)
    }
    expect(pids.size).toBe(2)
    await Promise.all(clients.map((client) => client.close()))
  })

  test('a process knows its caller, what it is given, and no more of the gateway', async () => {
    const client = await world.connect('carol', mode)
    const environment = await callForJson<Record<string, string>>(client, 'environment')
    const { API_KEY, GATEHOUSE_ISSUER, GATEHOUSE_PRINCIPAL, GATEHOUSE_SUBJECT, NAMED_OF_TEST } =
      environment
    expect({ API_KEY, GATEHOUSE_SUBJECT, NAMED_OF_TEST }).toEqual({
      API_KEY: 'key-of-carol',
      GATEHOUSE_SUBJECT: 'carol',
      NAMED_OF_TEST: 'this-one-may',
    })
    expect(GATEHOUSE_PRINCIPAL).toContain(GATEHOUSE_ISSUER)
    const usual =
      /^(?:GATEHOUSE_|API_KEY$|NAMED_OF_TEST$|PATH$|HOME$|LANG$|LC_ALL$|LOGNAME$|SHELL$|TERM$|TMPDIR$|TZ$|USER$|__CF)/
    expect(Object.keys(environment).filter((name) => !usual.test(name))).toEqual([])
    expect(JSON.stringify(environment)).not.toContain('nobody-may-see-this')
    expect(JSON.stringify(environment)).not.toMatch(/eyJ/)
    await client.close()
  })
})

test('each session of 2025-11-25 has a process of its own, which ends with it', async () => {
  const [one, other] = [await world.connect('dave'), await world.connect('dave')]
  const first = await callForJson<Process>(one, 'process')
  const second = await callForJson<Process>(other, 'process')
  expect([first.calls, second.calls]).toEqual([1, 1])
  expect(first.pid).not.toBe(second.pid)
  const { transport } = one
  await (transport as unknown as { terminateSession(): Promise<void> }).terminateSession()
  await expect.poll(() => isAlive(first.pid)).toBe(false)
  expect(isAlive(second.pid)).toBe(true)
  await Promise.all([one.close(), other.close()])
})

test('requests of 2026-07-28 of one caller share a process, whatever their ids are', async () => {
  const clients = await Promise.all([
    world.connect('erin', 'auto'),
    world.connect('erin', 'auto'),
    world.connect('erin', 'auto'),
  ])
  expect(clients.map((client) => client.getNegotiatedProtocolVersion())).toEqual(
    clients.map(() => '2026-07-28'),
  )
  const told = await Promise.all(
    clients.flatMap((client) => [
      callForJson<Process>(client, 'process'),
      callForJson<Process>(client, 'process'),
    ]),
  )
  expect(new Set(told.map(({ pid }) => pid)).size).toBe(1)
  expect(told.map(({ calls }) => calls).toSorted((one, other) => one - other)).toEqual([
    1, 2, 3, 4, 5, 6,
  ])
  await Promise.all(clients.map((client) => client.close()))
})

test.each(['legacy', 'auto'] as const)('progress finds its call (%s)', async (mode) => {
  const clients = await Promise.all([world.connect('frank', mode), world.connect('frank', mode)])
  const seen: number[] = []
  await Promise.all(
    clients.map((client, at) =>
      client.callTool(
        { name: 'progress', arguments: {} },
        { onprogress: ({ progress }) => void seen.push(at * 10 + progress) },
      ),
    ),
  )
  expect(new Set(seen)).toEqual(new Set([1, 11]))
  await Promise.all(clients.map((client) => client.close()))
})

test('what belongs to no request comes on the stream that waits for events', async () => {
  const client = await world.connect('grace')
  const { promise, resolve } = Promise.withResolvers<void>()
  client.setNotificationHandler('notifications/tools/list_changed', () => resolve())
  expect(await callForJson(client, 'announce')).toBe('announced')
  await promise
  await client.close()
})

/** The question of a client of 2026-07-28. */
async function discover(
  asked: StdioWorld,
  subject: string,
  revision = '2026-07-28',
): Promise<unknown> {
  const question = await fetch(asked.url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await asked.mint(subject)}`,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'mcp-protocol-version': revision,
      'mcp-method': 'server/discover',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'server/discover',
      params: {
        _meta: {
          'io.modelcontextprotocol/protocolVersion': revision,
          'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    }),
  })
  return question.json()
}

test('a revision that one caller names says nothing of the server to another', async () => {
  const fresh = await openStdioWorld(SDK_SERVER)
  onTestFinished(() => fresh.close())
  const answer = await discover(fresh, 'mallory', '2099-01-01')
  expect(answer).toMatchObject({ id: 1, error: { code: -32_022 } })
  const client = await fresh.connect('bob', 'auto')
  expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28')
  await client.close()
})

test('a fault of the process of one caller says nothing of the server to another', async () => {
  const troubled = await openStdioWorld(rawServer('troubled'))
  onTestFinished(() => troubled.close())
  expect(await discover(troubled, 'alice')).toMatchObject({ error: { code: -32_600 } })
  const found = { result: { supportedVersions: ['2026-07-28'] } }
  expect(await discover(troubled, 'bob')).toMatchObject(found)
})

test('a client of 2026-07-28 that goes away has cancelled', async () => {
  const client = await world.connect('heidi', 'auto')
  const gone = new AbortController()
  const call = client.callTool({ name: 'slow', arguments: {} }, { signal: gone.signal })
  setTimeout(() => gone.abort(), 300)
  await expect(call).rejects.toThrow('abort')
  await expect.poll(() => world.stderr()).toContain('cancelled')
  await client.close()
})
