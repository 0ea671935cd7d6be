import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import type { Principal } from 'mcp-gatehouse'
import { currentPrincipal } from 'mcp-gatehouse/context'
import { afterAll, describe, expect, test } from 'vitest'
import type { Seen } from '../adapters/platforms/index.ts'
import { bearer, post, RESOURCE } from '../adapters/world.ts'
import { ACCEPT, ask, ERAS, linesOf, messageOf } from '../conformance/eras.ts'
import { everywhere, takeReasons } from './cases.ts'
import { errorCode, openAuthzWorld } from './support/authz-world.ts'

describe('SEC-328 the URI of a resource', async () => {
  const asked: string[] = []
  const rule = {
    when: (_principal: Principal, { name }: { readonly name: string }) => {
      asked.push(name)
      return true
    },
  }
  const { world, mint } = await openAuthzWorld({
    server: {
      policy: { resources: { 'note://public/{+id}': rule, 'note://private/{+id}': 'none' } },
    },
  })
  afterAll(() => world.close())
  const read = (token: string, uri: string) => ask('2025-11-25', token, 'resources/read', { uri })

  const AMBIGUOUS = [
    'note://public/../private/1',
    'note://public/%2e%2e/private/1',
    'note://public/.%2E/private/1',
    'note://public/%252e%252e/private/1',
    'note://public/..\\private/1',
    'note://public/%5c..%5cprivate/1',
    'note://public/a%00b',
    'note://public/a\nb',
    'not a uri',
    '',
    `note://public/${'%25'.repeat(3_000)}`,
  ]
  test.each(world.apps)(
    'SEC-328 that could be read as another one is refused (%s)',
    everywhere(world, async (app) => {
      const token = await mint('notes:read')
      for (const uri of AMBIGUOUS) {
        const answer = await app.send(read(token, uri))
        expect([uri, answer.status, errorCode(answer)]).toEqual([uri, 400, -32_602])
      }
      for (const uri of ['file:///etc/passwd', 'http://169.254.169.254/', 'NOTE2://public/1']) {
        const answer = await app.send(read(token, uri))
        expect([uri, answer.status, errorCode(answer)]).toEqual([uri, 200, -32_602])
      }
      expect(world.takeSeen()).toEqual([])
    }),
  )

  test.each(world.apps)(
    'SEC-328 is judged in every spelling that a handler may go by (%s)',
    everywhere(world, async (app) => {
      const token = await mint('notes:read')
      for (const uri of ['note://public/1', 'note://public/%61', 'note://public/a b']) {
        asked.length = 0
        expect((await app.send(read(token, uri))).status).toBe(200)
        const [seen] = world.takeSeen()
        const given = paramsOf(seen).uri
        expect(given).toBe(uri)
        expect(asked).toContain(new URL(given).href)
        expect(asked).toContain(decodeURI(new URL(given).href).replaceAll(' ', '%20'))
      }
      const hidden = await app.send(read(token, 'note://%70rivate/1'))
      expect(hidden.body).not.toBe('handled')
      expect(world.takeSeen()).toEqual([])
    }),
  )

  const HOSTILE = [
    `note://public/${'a/'.repeat(4_000)}!`,
    `note://public/${'{'.repeat(8_000)}`,
    `note://${'a.'.repeat(4_000)}`,
    `note://public/${'%'.repeat(8_000)}`,
    `note://public/${'%2525'.repeat(1_600)}`,
    `note://public/${'../'.repeat(100_000)}`,
    `note://public/${' '.repeat(100_000)}`,
    'a'.repeat(1_000_000),
  ]
  test('SEC-328 takes less than 50 ms, however it is made', async () => {
    const [, app] = world.apps[0] ?? []
    const token = await mint('notes:read')
    await app?.send(read(token, 'note://public/1'))
    for (const uri of HOSTILE) {
      const request = read(token, uri)
      const before = process.cpuUsage()
      const { status } = (await app?.send(request)) ?? {}
      const { user } = process.cpuUsage(before)
      expect([uri.slice(0, 20), status]).not.toContain(500)
      expect(user / 1_000).toBeLessThan(50)
    }
  })
})

describe('SEC-329 parameters of every wrong form', async () => {
  const { world, mint } = await openAuthzWorld({
    server: {
      policy: {
        tools: { read_note: [] },
        prompts: { daily: [] },
        resources: { 'note://public/1': [] },
        unlisted: 'authenticated',
      },
    },
  })
  afterAll(() => world.close())

  const NAMING = [
    'tools/call',
    'prompts/get',
    'resources/read',
    'resources/subscribe',
    'resources/unsubscribe',
    'completion/complete',
    'subscriptions/listen',
    'tasks/get',
    'tasks/result',
    'tasks/update',
    'tasks/cancel',
  ]
  const OTHERS = [
    'initialize',
    'ping',
    'server/discover',
    'tools/list',
    'prompts/list',
    'resources/list',
    'resources/templates/list',
    'logging/setLevel',
    'tasks/list',
    'notifications/initialized',
    'notifications/cancelled',
    'no/such',
    '__proto__',
    '',
  ]
  const WRONG = [undefined, null, [], [1], 'x', 0, true, {}, { name: null }, { name: {} }] as const

  test.each(world.apps)(
    'SEC-329 is an error to the caller and nothing to the process (%s)',
    everywhere(world, async (app) => {
      const token = await mint('notes:read')
      const codes = new Set<unknown>()
      for (const method of [...NAMING, ...OTHERS]) {
        for (const params of WRONG) {
          const message = { jsonrpc: '2.0', id: 1, method, params }
          const label = `${method} ${JSON.stringify(params)}`
          const before = await app.send(post(message, ACCEPT))
          expect([label, before.status]).toEqual([label, 401])
          const after = await app.send(post(message, bearer(token), ACCEPT))
          expect([label, after.status]).toEqual([label, NAMING.includes(method) ? 400 : 200])
          codes.add(after.status === 400 ? errorCode(after) : 'handled')
        }
      }
      expect(codes).toEqual(new Set([-32_602, 'handled']))
      expect(new Set(world.takeSeen().map(({ body }) => methodOf(body)))).toEqual(new Set(OTHERS))
      const well = ask('2025-11-25', token, 'tools/call', { name: 'read_note' })
      expect((await app.send(well)).body).toBe('handled')
    }),
  )

  test.each(world.apps)(
    'SEC-329 in 2026-07-28 too (%s)',
    everywhere(world, async (app) => {
      const token = await mint('notes:read')
      for (const method of [...NAMING, 'tools/list', 'server/discover']) {
        for (const params of WRONG) {
          const message = { jsonrpc: '2.0', id: 1, method, params }
          const lines = linesOf('2026-07-28', method)
          const answer = await app.send(post(message, bearer(token), ...lines))
          expect([method, params, answer.status]).toEqual([method, params, 400])
        }
      }
      expect(world.takeSeen()).toEqual([])
      expect(new Set(takeReasons(world))).toEqual(new Set(['message -32602']))
    }),
  )
})

describe('SEC-331 the same JSON-RPC id of two callers at once', async () => {
  let barrier = Promise.withResolvers<void>()
  let arrived = 0
  async function* replyTo({ body, current }: Seen): AsyncGenerator<string> {
    arrived += 1
    if (arrived === 2) barrier.resolve()
    await barrier.promise
    const { id } = body as { id: unknown }
    yield JSON.stringify({ jsonrpc: '2.0', id, result: (current as Principal).subject })
  }
  const { world } = await openAuthzWorld({
    handler: (seen) => ({ headers: [['Content-Type', 'application/json']], body: replyTo(seen) }),
  })
  afterAll(() => world.close())

  test.each(world.apps)(
    'SEC-331 each gets the answer to its own request (%s)',
    everywhere(world, async (app) => {
      for (const era of ERAS) {
        barrier = Promise.withResolvers<void>()
        arrived = 0
        const results = await Promise.all(
          ['alice', 'bob'].map(async (sub) => {
            const token = await world.issuer.mint({ aud: RESOURCE, sub, scope: 'notes:read' })
            const { body } = await app.send(ask(era, token, 'tools/list', {}, { id: 0 }))
            return JSON.parse(body) as unknown
          }),
        )
        expect(results).toEqual(
          ['alice', 'bob'].map((result) => ({ jsonrpc: '2.0', id: 0, result })),
        )
      }
    }),
  )

  test('SEC-331 also from one server of the real SDK', async () => {
    let entered = 0
    const both = Promise.withResolvers<void>()
    const mcp = createMcpHandler(() => {
      const server = new McpServer({ name: 'notes', version: '1.0.0' })
      server.registerTool('read_note', {}, async () => {
        entered += 1
        if (entered === 4) both.resolve()
        await both.promise
        return { content: [{ type: 'text', text: `of ${currentPrincipal()?.subject}` }] }
      })
      return server
    })
    const guarded = world.gatehouse.protect((request, context) => mcp.fetch(request, context))
    const texts = await Promise.all(
      (['2025-11-25', '2026-07-28'] as const).flatMap((era) =>
        ['alice', 'bob'].map(async (sub) => {
          const token = await world.issuer.mint({ aud: RESOURCE, sub, scope: 'notes:read' })
          const params = { name: 'read_note' }
          const answer = await guarded(
            new Request(RESOURCE, {
              method: 'POST',
              headers: [
                ['Content-Type', 'application/json'],
                bearer(token),
                ACCEPT,
                ...linesOf(era, 'tools/call', params),
              ].map(([name = '', value = '']): [string, string] => [name, value]),
              body: JSON.stringify(messageOf(era, 'tools/call', params, 0)),
            }),
          )
          return [answer.status, sub, /of \w+/.exec(await answer.text())?.[0]]
        }),
      ),
    )
    expect(texts).toEqual(texts.map(([, sub]) => [200, sub, `of ${sub}`]))
  })
})

function paramsOf(seen: Seen | undefined): { readonly uri: string } {
  return (seen?.body as { params: { uri: string } } | undefined)?.params ?? { uri: '' }
}

function methodOf(body: unknown): unknown {
  return (body as { readonly method?: unknown }).method
}
