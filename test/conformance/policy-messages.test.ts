import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { Handler } from '../adapters/platforms/index.ts'
import { bearer } from '../adapters/world.ts'
import { ask, ERAS } from './eras.ts'
import { createMint, openPolicyWorld, refusedWith } from './policy-world.ts'

const MODERN = '2026-07-28'
const PLACE = { type: 'string', 'x-mcp-header': 'Place' }
const toolsOf = (names: readonly string[]) =>
  names.map((name) => {
    const properties = name === 'open_window' ? { place: PLACE } : {}
    return { name, inputSchema: { type: 'object', properties } }
  })

const PAGES = [
  { tools: toolsOf(['read_notes', 'write_note', 'admin_stats']), nextCursor: '2' },
  { tools: toolsOf(['share_note', 'open_window', 'unlisted', 'open_\u00FCber']) },
]

/** A server with two pages of tools, and with tasks for calls that ask for one. */
const serve: Handler = ({ body }) => {
  const { id, method, params } = body as {
    id: unknown
    method: string
    params: Record<string, unknown>
  }
  const results: Readonly<Record<string, unknown>> = {
    'tools/list': {
      ...PAGES[params['cursor'] === '2' ? 1 : 0],
      ...(params['_meta'] === undefined ? {} : { ttlMs: 1_000, cacheScope: 'public' }),
    },
    'tools/call':
      params['task'] === undefined ? { content: [] } : { task: { taskId: params['task'] } },
    'tasks/list': { tasks: [{ taskId: 'of-alice' }, { taskId: 'of-nobody' }] },
  }
  const headers = [
    ['Content-Type', 'application/json'],
    ...(method === 'initialize' ? [['Mcp-Session-Id', `session ${String(id)}`]] : []),
  ] as [string, string][]
  const result = results[method] ?? { status: 'working' }
  return { headers, body: JSON.stringify({ jsonrpc: '2.0', id, result }) }
}

const world = await openPolicyWorld({ handler: serve })
const mint = createMint(world)
afterAll(() => world.close())
beforeEach(() => void world.takeSeen())

const encode = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`

describe.each(world.apps)('header and body: %s', (_name, app) => {
  const OPEN = { name: 'open_door', arguments: {} }
  const PLACED = { name: 'open_window', arguments: { place: 'here' } }
  const OTHER = ['Mcp-Name', 'open_window'] as const

  /** The answer to a call of a tool whose lines are these, and whether it got through. */
  async function send(
    lines: readonly (readonly [string, string])[],
    params: Readonly<Record<string, unknown>> = OPEN,
  ): Promise<readonly [status: number, code: unknown, seen: number]> {
    const { headers = [], ...request } = ask(MODERN, await mint(''), 'tools/call', params)
    const replaced = new Set(lines.map(([name]) => name))
    const kept = headers.filter(([name]) => !replaced.has(name))
    const { status, body } = await app.send({
      ...request,
      headers: [...kept, ...lines.filter(([, value]) => value !== '')],
    })
    return [status, JSON.parse(body).error?.code, world.takeSeen().length]
  }

  test('RS-20 what the header says otherwise than the body is 400 and -32020', async () => {
    for (const lines of [
      [['Mcp-Name', 'read_notes']],
      [['Mcp-Name', 'OPEN_DOOR']],
      [['Mcp-Name', encode('read_notes')]],
      [['Mcp-Name', '=?base64?%%%?=']],
      [['Mcp-Name', '']],
      [OTHER, ['Mcp-Name', 'open_door']],
      [['Mcp-Method', 'tools/list']],
      [['Mcp-Method', '']],
      [['MCP-Protocol-Version', '2025-11-25']],
      [['MCP-Protocol-Version', '2026-07-29']],
      [['MCP-Protocol-Version', '']],
    ] as [string, string][][]) {
      expect([lines, await send(lines)]).toEqual([lines, [400, -32_020, 0]])
    }
  })

  test('RS-20 an encoded name is decoded before it is compared', async () => {
    expect(await send([['Mcp-Name', encode('open_door')]])).toEqual([200, undefined, 1])
    const name = 'open_\u00FCber'
    expect(await send([['Mcp-Name', encode(name)]], { name })).toEqual([200, undefined, 1])
    // The name in the body is not encoded; one that looks so is another tool, and not there.
    expect(await send([], { name: encode('open_door') })).toEqual([400, -32_020, 0])
    const hidden = encode('admin_stats')
    expect(await send([['Mcp-Name', encode(hidden)]], { name: hidden })).toEqual([200, -32_602, 0])
  })

  test('RS-20 a mirrored parameter is compared once a list has declared it', async () => {
    const listing = ask(MODERN, await mint(''), 'tools/list', { cursor: '2' })
    expect((await app.send(listing)).status).toBe(200)
    world.takeSeen()
    expect(await send([['Mcp-Param-Place', 'here']], PLACED)).toEqual([200, undefined, 1])
    expect(await send([['Mcp-Param-Place', encode('here')]], PLACED)).toEqual([200, undefined, 1])
    expect(await send([['Mcp-Param-Place', 'there']], PLACED)).toEqual([400, -32_020, 0])
    expect(await send([['Mcp-Param-Place', encode('there')]], PLACED)).toEqual([400, -32_020, 0])
  })

  test('RS-20 the answer names the request and repeats nothing of the header', async () => {
    const { headers = [], ...request } = ask(MODERN, await mint(''), 'tools/call', OPEN)
    const lines = headers.map(([name, value]) =>
      name === 'Mcp-Name' ? ([name, 'canary'] as const) : ([name, value] as const),
    )
    expect(await app.send({ ...request, headers: lines })).toEqual(
      refusedWith(400, 1, -32_020, 'Header mismatch: Mcp-Name is not the name of the body.'),
    )
  })
})

describe.each(world.apps)('lists: %s', (_name, app) => {
  async function list(token: string, era: (typeof ERAS)[number], cursor?: string) {
    const { body } = await app.send(ask(era, token, 'tools/list', cursor ? { cursor } : {}))
    const { tools, ...rest } = JSON.parse(body).result
    return { names: tools.map(({ name }: { name: string }) => name), ...rest }
  }

  test('RS-24 the order and the pages of a list stay, each time the same', async () => {
    for (const era of ERAS) {
      const token = await mint('notes:read notes:share notes:write')
      const caching = era === MODERN ? { ttlMs: 1_000, cacheScope: 'private' } : {}
      const first = { names: ['read_notes', 'write_note'], nextCursor: '2', ...caching }
      const second = { names: ['share_note', 'open_window', 'open_\u00FCber'], ...caching }
      for (let round = 0; round < 3; round += 1) {
        expect(await list(token, era)).toEqual(first)
        expect(await list(token, era, '2')).toEqual(second)
      }
    }
  })

  test('RS-16 RS-23 each caller is shown what is theirs, for nobody else to reuse', async () => {
    const caching = { ttlMs: 1_000, cacheScope: 'private' }
    expect(await list(await mint(''), MODERN)).toEqual({ names: [], nextCursor: '2', ...caching })
    const admin = await mint('notes:read', { roles: ['admin'] })
    expect(await list(admin, MODERN)).toEqual({
      names: ['read_notes', 'admin_stats'],
      nextCursor: '2',
      ...caching,
    })
    // A page of which nothing is left out is as private as the others.
    const all = { names: ['share_note', 'open_window', 'open_\u00FCber'], ...caching }
    expect(await list(await mint('notes:write notes:share'), MODERN, '2')).toEqual(all)
  })
})

// Handles that cannot be guessed, and that expire, are the server's part.
describe.each(world.apps)('handles: %s', (_name, app) => {
  const NOT_FOUND = refusedWith(200, 1, -32_602, 'Task not found')

  test.each(['2025-11-25', MODERN] as const)(
    'RS-25 a task of another user, or another client, is not found in %s',
    async (era) => {
      const who = { sub: 'alice', client_id: 'app' }
      const [alice, sameUser, bob, agent, tenant] = await Promise.all([
        mint('', who),
        mint('notes:read', who),
        mint('', { ...who, sub: 'bob' }),
        mint('', { ...who, client_id: 'other' }),
        mint('', { ...who, tenant: 'acme', tid: 'acme' }),
      ])
      const params = { name: 'open_door', task: 'of-alice' }
      expect((await app.send(ask(era, alice, 'tools/call', params))).status).toBe(200)
      world.takeSeen()
      for (const method of ['tasks/get', 'tasks/cancel']) {
        for (const [token, taskId] of [
          [bob, 'of-alice'],
          [agent, 'of-alice'],
          [tenant, 'of-alice'],
          [alice, 'of-nobody'],
          [alice, '__proto__'],
        ] as const) {
          expect(await app.send(ask(era, token, method, { taskId }))).toEqual(NOT_FOUND)
        }
        expect(world.takeSeen()).toEqual([])
        for (const token of [alice, sameUser]) {
          const answer = await app.send(ask(era, token, method, { taskId: 'of-alice' }))
          expect(JSON.parse(answer.body)).toMatchObject({ result: { status: 'working' } })
        }
        expect(world.takeSeen()).toHaveLength(2)
      }
      const list = async (token: string) => {
        const { result, error } = JSON.parse((await app.send(ask(era, token, 'tasks/list'))).body)
        return error?.code ?? result.tasks
      }
      // 2026-07-28 has no list of tasks.
      const [own, others] = era === MODERN ? [-32_601, -32_601] : [[{ taskId: 'of-alice' }], []]
      expect([await list(alice), await list(bob)]).toEqual([own, others])
    },
  )

  test('RS-25 a session of another user is not found, and none that never was', async () => {
    const [alice, bob] = [await mint('', { sub: 'alice' }), await mint('')]
    const id = `of ${_name}`
    const opened = await app.send(ask('2025-11-25', alice, 'initialize', {}, { id }))
    const session = opened.headers['mcp-session-id'] ?? ''
    expect(session).toBe(`session ${id}`)
    const within = (token: string, handle: string) =>
      app.send(ask('2025-11-25', token, 'ping', {}, { lines: [['Mcp-Session-Id', handle]] }))
    expect((await within(alice, session)).status).toBe(200)
    world.takeSeen()
    const notFound = refusedWith(404, 1, -32_001, 'Session not found')
    expect(await within(bob, session)).toEqual(notFound)
    expect(await within(alice, 'session of nobody')).toEqual(notFound)
    for (const method of ['GET', 'DELETE']) {
      const headers = [bearer(bob), ['Mcp-Session-Id', session] as const]
      expect(await app.send({ method, headers })).toEqual(
        refusedWith(404, null, -32_001, 'Session not found'),
      )
    }
    expect(world.takeSeen()).toEqual([])
  })
})
