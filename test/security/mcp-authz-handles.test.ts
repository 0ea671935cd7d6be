import { afterAll, describe, expect, test } from 'vitest'
import type { Handler } from '../adapters/platforms/index.ts'
import { RESOURCE } from '../adapters/world.ts'
import { ask, type Era } from '../conformance/eras.ts'
import { lacking } from '../conformance/policy-world.ts'
import { everywhere, takeReasons } from './cases.ts'
import { errorCode, openAuthzWorld } from './support/authz-world.ts'

type Body = { readonly id: unknown; readonly method: string } | undefined

describe('SEC-332 the handle of a task', async () => {
  const tasks: string[] = []
  const handler: Handler = ({ body }) => {
    const { id, method } = body as NonNullable<Body>
    return { headers: [['Content-Type', 'application/json']], body: answerTo(id, method) }
  }
  function answerTo(id: unknown, method: string): string {
    if (method === 'tasks/list') {
      return result(id, { tasks: tasks.map((taskId) => ({ taskId, status: 'working' })) })
    }
    if (method !== 'tools/call') return result(id, { status: 'completed' })
    const taskId = `task-${tasks.length}`
    tasks.push(taskId)
    return result(id, { task: { taskId, status: 'working' } })
  }
  const { world } = await openAuthzWorld({ handler })
  afterAll(() => world.close())
  const tokenOf = (sub: string, others = {}) =>
    world.issuer.mint({ aud: RESOURCE, sub, client_id: 'app', scope: 'notes:read', ...others })
  const start = (token: string) =>
    ask('2025-11-25', token, 'tools/call', { name: 'read_note', task: { ttl: 60_000 } })

  const USES: readonly [Era, string][] = [
    ['2025-11-25', 'tasks/get'],
    ['2025-11-25', 'tasks/result'],
    ['2025-11-25', 'tasks/cancel'],
    ['2026-07-28', 'tasks/get'],
    ['2026-07-28', 'tasks/update'],
    ['2026-07-28', 'tasks/cancel'],
  ]
  const use = (era: Era, token: string, method: string, taskId: string) => {
    const lines = method === 'tasks/update' ? [['Mcp-Name', taskId] as const] : []
    return ask(era, token, method, { taskId }, { lines })
  }

  test.each(world.apps)(
    'SEC-332 of another user, client or tenant is not found (%s)',
    everywhere(world, async (app) => {
      const owner = await tokenOf('alice')
      expect((await app.send(start(owner))).status).toBe(200)
      const taskId = tasks.at(-1) ?? ''
      const others = await Promise.all([
        tokenOf('bob'),
        tokenOf('alice', { client_id: 'another-app' }),
        tokenOf('alice', { tid: 'umbrella' }),
      ])
      world.takeSeen()
      for (const other of others) {
        for (const [era, method] of USES) {
          const answer = await app.send(use(era, other, method, taskId))
          expect([answer.status, errorCode(answer)]).toEqual([200, -32_602])
          const guessed = await app.send(use(era, other, method, 'never-was'))
          expect(answer).toEqual(guessed)
        }
        const notifications = { taskIds: [taskId] }
        const listen = ask('2026-07-28', other, 'subscriptions/listen', { notifications })
        expect(errorCode(await app.send(listen))).toBe(-32_602)
      }
      expect(world.takeSeen()).toEqual([])
      for (const [era, method] of USES) {
        expect((await app.send(use(era, owner, method, taskId))).body).toContain('completed')
      }
    }),
  )

  test.each(world.apps)(
    'SEC-332 is in the list of its owner alone (%s)',
    everywhere(world, async (app) => {
      await app.send(start(await tokenOf('carol')))
      const own = tasks.at(-1) ?? ''
      await app.send(start(await tokenOf('dave')))
      const { body } = await app.send(ask('2025-11-25', await tokenOf('carol'), 'tasks/list'))
      expect(body).toContain(own)
      expect(body).not.toContain(tasks.at(-1))
      const nobody = await app.send(ask('2025-11-25', await tokenOf('erin'), 'tasks/list'))
      expect(JSON.parse(nobody.body)).toMatchObject({ result: { tasks: [] } })
    }),
  )
})

describe('SEC-333 news of a resource that the caller may not read', async () => {
  const URIS = ['note://public/1', 'note://private/1', 'note://public/2', 'secret://1']
  async function* updates(): AsyncGenerator<string> {
    for (const uri of URIS) {
      const method = 'notifications/resources/updated'
      yield `data: ${JSON.stringify({ jsonrpc: '2.0', method, params: { uri } })}\n\n`
    }
  }
  const { world, mint } = await openAuthzWorld({
    handler: () => ({ headers: [['Content-Type', 'text/event-stream']], body: updates() }),
  })
  afterAll(() => world.close())
  const listen = (token: string, ...resourceSubscriptions: string[]) =>
    ask('2026-07-28', token, 'subscriptions/listen', { notifications: { resourceSubscriptions } })

  test.each(world.apps)(
    'SEC-333 a subscription is not acknowledged (%s)',
    everywhere(world, async (app) => {
      const token = await mint('notes:read')
      const subscribe = (uri: string) => ask('2025-11-25', token, 'resources/subscribe', { uri })
      expect(await app.send(subscribe('note://private/1'))).toEqual(
        lacking('notes:read notes:private', 1),
      )
      expect(errorCode(await app.send(subscribe('secret://1')))).toBe(-32_602)
      expect(await app.send(listen(token, 'note://public/1', 'note://private/1'))).toEqual(
        lacking('notes:private', 1),
      )
      expect(errorCode(await app.send(listen(token, 'note://public/1', 'secret://1')))).toBe(
        -32_602,
      )
      expect(takeReasons(world)).toEqual(['scope', 'hidden', 'scope', 'hidden'])
      expect(world.takeSeen()).toEqual([])
    }),
  )

  test.each(world.apps)(
    'SEC-333 an update is not delivered on any stream (%s)',
    everywhere(world, async (app) => {
      const token = await mint('notes:read')
      const streams = [
        { method: 'GET', headers: [['Authorization', `Bearer ${token}`]] as const },
        listen(token, 'note://public/1'),
        ask('2025-11-25', token, 'tools/call', { name: 'read_note' }),
      ]
      for (const stream of streams) {
        const { status, body } = await app.send(stream)
        expect([status, body.match(/\w+:\/\/[^"]+/g)]).toEqual([
          200,
          ['note://public/1', 'note://public/2'],
        ])
      }
      const { body } = await app.send(listen(await mint('notes:private'), 'note://private/1'))
      expect(body.match(/\w+:\/\/[^"]+/g)).toEqual(URIS.slice(0, 3))
    }),
  )
})

function result(id: unknown, value: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result: value })
}
