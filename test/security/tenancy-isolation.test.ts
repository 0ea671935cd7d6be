import { EventEmitter, once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { Agent, createServer, get as httpGet, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as delay, setImmediate as immediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Principal } from 'mcp-gatehouse'
import { currentPrincipal, requireOwner, requireTenant } from 'mcp-gatehouse/context'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'
import type { App, Handler } from '../adapters/platforms/index.ts'
import type { OpenAnswer, WireAnswer } from '../adapters/wire.ts'
import { openWorld, RESOURCE } from '../adapters/world.ts'
import { ask } from '../conformance/eras.ts'
import { openAuthzWorld } from './support/authz-world.ts'

const USERS = Array.from({ length: 20 }, (_, index) => `user-${index}`)
const ROUNDS = 100

type Call = {
  readonly id: number
  readonly params: { readonly arguments: { readonly fate: Fate } }
}
type Fate = 'answer' | 'stream' | 'throw' | 'fail' | 'abort'
/** Where a route that rejects is an unhandled rejection, leaves its client waiting, or is printed. */
const WITHOUT_REJECTIONS = new Set(['Express 4', 'Hono', 'Fastify 5'])

describe('SEC-287 many users at once', async () => {
  const foreign: unknown[] = []
  /** Waits a little, and looks again and again who is calling. */
  async function* answer(body: Call, subject: unknown, parts: number): AsyncGenerator<string> {
    for (let part = 0; part < parts; part += 1) {
      await delay(Math.random() * 4)
      // A body that is pulled from outside has no caller, but never another one.
      const now = currentPrincipal()?.subject ?? subject
      if (now !== subject) foreign.push([now, subject])
      yield `${JSON.stringify({ jsonrpc: '2.0', id: body.id, result: { now, part } })}\n`
    }
  }
  const handler: Handler = ({ body, current }) => {
    const call = body as Call
    const { fate } = call.params.arguments
    if (fate === 'throw') throw new Error('the tool failed')
    if (fate === 'fail') return { status: 500, body: 'failed' }
    const { subject } = current as Principal
    const isStream = fate !== 'answer'
    const headers = [['Content-Type', isStream ? 'text/plain' : 'application/json']] as const
    return { headers, body: answer(call, subject, isStream ? 3 : 1) }
  }
  const { world } = await openAuthzWorld({ handler })
  let tokens = new Map<string, string>()
  beforeAll(async () => {
    const minted = USERS.map(
      async (sub): Promise<[string, string]> => [
        sub,
        await world.issuer.mint({ aud: RESOURCE, sub, scope: 'notes:read' }),
      ],
    )
    tokens = new Map(await Promise.all(minted))
  })
  afterAll(() => world.close())

  async function askOnce(app: App, platform: string, sub: string, id: number): Promise<Fate> {
    const failure = WITHOUT_REJECTIONS.has(platform) ? 'fail' : 'throw'
    const fate = (['answer', 'answer', 'stream', failure, 'abort'] as const)[id % 5] ?? 'answer'
    await delay(Math.random() * 3)
    const params = { name: 'read_note', arguments: { fate } }
    const request = ask('2025-11-25', tokens.get(sub) ?? '', 'tools/call', params, { id })
    if (fate === failure) {
      // `protect` leaves it to its caller.
      const failed = await app.send(request).catch(() => ({ status: 500, body: '' }))
      checkFailure(failed)
      return fate
    }
    const received = await app.open(request)
    if (fate === 'abort') await abort(received)
    else checkMarks(await readText(received), sub, id, fate === 'stream' ? 3 : 1)
    return fate
  }

  test.each(world.apps)(
    'SEC-287 no answer carries the mark of another (%s)',
    async (platform, app) => {
      world.takeEvents()
      const fates = await Promise.all(
        USERS.map(async (sub, user) => {
          const own: Fate[] = []
          for (let round = 0; round < ROUNDS; round += 5) {
            const ids = [0, 1, 2, 3, 4].map((at) => user * 1_000 + round + at)
            own.push(...(await Promise.all(ids.map((id) => askOnce(app, platform, sub, id)))))
          }
          return own
        }),
      )
      expect(fates.flat()).toHaveLength(USERS.length * ROUNDS)
      expect(foreign).toEqual([])
    },
  )
})

describe('SEC-288 the caller on every way that code goes on', async () => {
  const backend = createServer((_request, response) => response.end('pong'))
  const port = await listen(backend, 0, '127.0.0.1')
  const agent = new Agent({ keepAlive: true, maxSockets: 2 })
  const worker = new Worker(
    `require('node:worker_threads').parentPort.on('message',
    (m) => require('node:worker_threads').parentPort.postMessage(m))`,
    { eval: true },
  )
  worker.setMaxListeners(0)
  afterAll(async () => {
    agent.destroy()
    await Promise.all([close(backend), worker.terminate()])
  })

  const me = () => currentPrincipal()?.subject
  const WAYS: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['await', async () => (await Promise.resolve(), me())],
    ['a timer', () => new Promise((resolve) => setTimeout(() => resolve(me()), Math.random() * 5))],
    ['setImmediate', () => new Promise((resolve) => setImmediate(() => resolve(me())))],
    ['nextTick', () => new Promise((resolve) => process.nextTick(() => resolve(me())))],
    ['a microtask', () => new Promise((resolve) => queueMicrotask(() => resolve(me())))],
    [
      'a stream',
      async () => {
        const seen: unknown[] = []
        for await (const chunk of Readable.from(['a', 'b']))
          seen.push(await immediate(chunk && me()))
        return seen.every((one) => one === seen[0]) ? seen[0] : seen
      },
    ],
    [
      'an EventEmitter',
      async () => {
        const emitter = new EventEmitter()
        const heard = new Promise((resolve) => emitter.once('x', () => resolve(me())))
        setImmediate(() => emitter.emit('x'))
        return heard
      },
    ],
    [
      'a pooled socket',
      async () => {
        const request = httpGet({ port, agent })
        const [answer] = (await once(request, 'response')) as [IncomingMessage]
        return (await text(answer)) === 'pong' ? me() : 'no answer'
      },
    ],
    [
      'the callback of a pooled socket',
      () =>
        new Promise((resolve) => {
          httpGet({ port, agent }, (answer) => {
            answer.resume()
            answer.on('end', () => resolve(me()))
          })
        }),
    ],
    [
      'a worker that all share',
      async () => {
        const answered = once(worker, 'message')
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- of a worker thread
        worker.postMessage('ping')
        await answered
        return me()
      },
    ],
  ]
  const world = await openWorld({
    platforms: [],
    server: { requiredScopes: [] },
  })
  const { gatehouse, issuer } = world
  afterAll(() => world.close())

  test.each(WAYS)('SEC-288 %s never shows another user', async (_what, look) => {
    const guarded = gatehouse.protect(async () => {
      await immediate()
      return Response.json([me(), await look(), await look(), me()])
    })
    const rounds = Array.from({ length: 5 }, () => USERS).flat()
    const answers = await Promise.all(
      rounds.map(async (sub) => {
        const Authorization = `Bearer ${await issuer.mint({ aud: RESOURCE, sub })}`
        return (await guarded(new Request(RESOURCE, { headers: { Authorization } }))).json()
      }),
    )
    expect(answers).toEqual(rounds.map((sub) => [sub, sub, sub, sub]))
    expect(currentPrincipal()).toBeUndefined()
  })

  test('SEC-288 without a caller the helpers are an error', async () => {
    const code = (name: string) => expect.objectContaining({ code: name })
    expect(() => requireTenant()).toThrow(code('ERR_DENIED_TENANT'))
    expect(() => requireTenant('acme')).toThrow(code('ERR_DENIED_TENANT'))
    expect(() => requireTenant(undefined)).toThrow(code('ERR_DENIED_TENANT'))
    expect(() => requireOwner('alice')).toThrow(code('ERR_DENIED_OWNER'))
    expect(() => requireOwner(undefined)).toThrow(code('ERR_DENIED_OWNER'))
  })
})

describe('SEC-289 nothing of the first user is left for the second', async () => {
  const { world } = await openAuthzWorld()
  const another = await openAuthzWorld()
  afterAll(() => Promise.all([world.close(), another.world.close()]))

  test.each(world.apps)('SEC-289 each request has its own caller (%s)', async (_name, app) => {
    const callers: unknown[] = []
    for (const sub of ['alice', 'bob', 'alice']) {
      const token = await world.issuer.mint({ aud: RESOURCE, sub, scope: 'notes:read' })
      await app.send(ask('2025-11-25', token, 'tools/call', { name: 'read_note' }))
      const [seen] = world.takeSeen()
      callers.push((seen?.current as Principal | undefined)?.subject)
    }
    expect(callers).toEqual(['alice', 'bob', 'alice'])
    expect(currentPrincipal()).toBeUndefined()
  })

  test('SEC-289 no module of the package keeps anything', () => {
    const folder = new URL('../../src/', import.meta.url)
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.startsWith('testing/'),
    )
    const kept = files.flatMap((file) =>
      readFileSync(new URL(file, folder), 'utf8')
        .split('\n')
        .filter((line) => STATE.test(line) && !/readonly/i.test(line) && !OF_NO_USER.has(line))
        .map((line) => `${file}: ${line}`),
    )
    expect(files.length).toBeGreaterThan(80)
    expect(kept).toEqual([])
  })
})

const OF_NO_USER = new Set([
  // Numbers of processes that have to end with this one.
  'const groups = new Set<number>()',
  // The tools of a server, by its policy: who calls them is not in it.
  'const fitting = new WeakMap<Policy, RegisteredNames>()',
  // How a server is configured, for `token inspect`.
  'const settingsOf = new WeakMap<object, Settings<unknown>>()',
])

/** What begins a line is of the module: variables, and collections that are empty at first. */
const STATE =
  /^(?:export )?(?:let |var |const \w+(?:: [^=]+)? = (?:new (?:Map|Set|WeakMap|WeakSet)(?:<[^(]*>)?\(\)|\[\]|\{\}|create\w+\())/

function checkFailure({ status, body }: Pick<WireAnswer, 'status' | 'body'>): void {
  expect([status, body]).toEqual([500, expect.not.stringContaining('user-')])
}

function checkMarks(body: string, sub: string, id: number, parts: number): void {
  const marks = body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
  expect(marks).toEqual(
    Array.from({ length: parts }, (_, part) => ({
      jsonrpc: '2.0',
      id,
      result: { now: sub, part },
    })),
  )
}

async function readText({ body }: OpenAnswer): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** Leaves before the answer is complete. */
async function abort({ body }: OpenAnswer): Promise<void> {
  const chunks = body[Symbol.asyncIterator]()
  await chunks.next()
  await chunks.return?.()
}
