import { setTimeout } from 'node:timers/promises'
import { DeniedError } from 'mcp-gatehouse'
import type { RouteOptions } from 'mcp-gatehouse/gateway'
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { ask } from '../conformance/eras.ts'
import { ECHO, startRawUpstream } from '../gateway/raw-upstream.ts'
import { openGatewayWorld, PUBLIC_URL } from '../gateway/world.ts'

const KEYS: Readonly<Record<string, string>> = { a: 'key-of-a', b: 'key-of-b' }

/** One upstream for every tenant, which it knows by the key that it is given. */
const world = await openGatewayWorld({
  route: {
    requestedTenant: (request) => request.header('x-tenant-id')[0],
    credentials: ({ principal }) => {
      const key = KEYS[principal.tenant ?? '']
      if (key === undefined) throw new DeniedError('ERR_DENIED_TENANT', 'Not allowed')
      return { 'x-api-key': key }
    },
  },
})
afterAll(() => world.close())
beforeEach(() => {
  world.upstream.seen.length = 0
  world.upstream.respond = ECHO
  world.events.length = 0
})

const of = (tenant?: string) => world.mint({ tenant_id: tenant })
const call = async (
  tenant: string | undefined,
  lines: readonly (readonly [string, string])[] = [],
) =>
  world.send(
    ask(
      '2025-11-25',
      await of(tenant),
      'tools/call',
      { name: 'x', arguments: { tenant: 'b' } },
      { id: 1, lines },
    ),
  )
const keysSeen = () => world.upstream.seen.map(({ headers }) => headers['x-api-key'])

describe('tenants behind the gateway', () => {
  test('SEC-284 a tenant that is asked for and is not the token’s is 403, and in the audit', async () => {
    const answer = await call('a', [['X-Tenant-Id', 'b']])
    expect([answer.status, world.upstream.seen]).toEqual([403, []])
    expect(world.events).toMatchObject([{ type: 'auth.deny', reason: 'tenant', status: 403 }])
  })

  test('SEC-284 the token decides, whatever query and arguments say', async () => {
    const request = ask('2025-11-25', await of('a'), 'tools/call', {
      name: 'x',
      arguments: { tenant: 'b' },
    })
    await world.send({ ...request, target: '/mcp?tenant=b' })
    await call('a', [['X-Tenant-Id', 'a']])
    expect(keysSeen()).toEqual(['key-of-a', 'key-of-a'])
    for (const { url, headers } of world.upstream.seen) {
      expect([url, headers['x-tenant-id']]).toEqual(['/mcp', undefined])
    }
  })

  test.each([undefined, 'unknown', '__proto__', '../a', 'constructor'])(
    'SEC-285 a tenant without settings (%s) gets no credential of anybody',
    async (tenant) => {
      expect((await call(tenant)).status).toBe(
        tenant === '__proto__' || tenant === 'constructor' ? 503 : 403,
      )
      expect(world.upstream.seen).toEqual([])
    },
  )

  test('SEC-286 a token for the resource of one tenant is none for another’s', async () => {
    const [forA, forB] = [await startRawUpstream(), await startRawUpstream()]
    const routes: RouteOptions[] = [
      { path: '/t/a', upstream: forA.url },
      { path: '/t/b', upstream: forB.url },
    ]
    const two = await openGatewayWorld({ gateway: { routes } })
    onTestFinished(async () => {
      await Promise.all([two.close(), forA.close(), forB.close()])
    })
    const token = await two.mint({ aud: `${PUBLIC_URL}/t/a` })
    const at = (target: string) => two.send({ ...two.call(token), target })
    expect([(await at('/t/a')).status, (await at('/t/b')).status]).toEqual([200, 401])
    expect([forA.seen.length, forB.seen.length]).toEqual([1, 0])
  })

  test('SEC-287 20 users whose calls overlap, fail and are aborted see nothing of each other', async () => {
    world.upstream.respond = async ({ headers, message, body }, response) => {
      const [, payload = ''] = headers.authorization?.split('.') ?? []
      const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string }
      await setTimeout(Math.random() * 8)
      const luck = Math.random()
      if (luck < 0.1) return message.socket.destroy()
      const { id } = JSON.parse(body) as { id: unknown }
      const answer = JSON.stringify({ jsonrpc: '2.0', id, result: { owner: sub } })
      if (luck < 0.5) {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        return response.end(`data: ${answer}\n\n`)
      }
      response.writeHead(luck < 0.6 ? 500 : 200, { 'content-type': 'application/json' })
      return response.end(answer)
    }
    const users = Array.from({ length: 20 }, (_, index) => `user-${index}`)
    let answered = 0
    const foreign: string[] = []
    async function run(user: string): Promise<void> {
      const token = await world.mint({ sub: user, tenant_id: 'a' })
      for (let round = 0; round < 50; round += 1) {
        const controller = new AbortController()
        if (Math.random() < 0.1) globalThis.setTimeout(() => controller.abort(), Math.random() * 8)
        try {
          const answer = await fetch(`http://127.0.0.1:${world.port}/mcp`, {
            method: 'POST',
            signal: controller.signal,
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            body: JSON.stringify({ jsonrpc: '2.0', id: `${user}/${round}`, method: 'ping' }),
          })
          const text = await answer.text()
          answered += 1
          if (answer.status === 502) continue
          if (!text.includes(`"owner":"${user}"`) || !text.includes(`"${user}/${round}"`))
            foreign.push(text)
        } catch {
          // It was aborted, by the test or by the upstream.
        }
      }
    }
    await Promise.all(users.map(run))
    expect(foreign).toEqual([])
    expect(answered).toBeGreaterThan(700)
  }, 30_000)

  test('SEC-293 other options take over between two requests; invalid ones change nothing', async () => {
    const token = await of('a')
    const status = async (name: string) =>
      (await world.send(ask('2025-11-25', token, 'tools/call', { name }))).body.includes('result')
    const [route] = world.options.routes
    const withPolicy = (policy: object) =>
      ({ ...world.options, routes: [{ ...route, policy }] }) as typeof world.options
    expect(await status('x')).toBe(true)
    const running = Promise.withResolvers<void>()
    world.upstream.respond = async (seen, response) => {
      await running.promise
      return ECHO(seen, response)
    }
    const before = world.send(ask('2025-11-25', token, 'tools/call', { name: 'x' }))
    await expect.poll(() => world.upstream.seen.length).toBe(2)
    await world.gateway.reload(withPolicy({ tools: { y: [] } }))
    expect(await status('x')).toBe(false)
    await expect(world.gateway.reload(withPolicy({ tools: { x: {} } }))).rejects.toMatchObject({
      code: 'ERR_CONFIG_POLICY_RULE',
    })
    expect(await status('x')).toBe(false)
    running.resolve()
    expect((await before).status).toBe(200)
    world.upstream.respond = ECHO
    expect(await status('y')).toBe(true)
    await world.gateway.reload(world.options)
    expect(await status('x')).toBe(true)
  })

  test('sessions stay those of their owners when the options are others', async () => {
    const owner = await world.mint({ sub: 'owner', tenant_id: 'a' })
    const other = await world.mint({ sub: 'other', tenant_id: 'a' })
    world.upstream.respond = (seen, response) => {
      response.setHeader('mcp-session-id', 'kept-session')
      return ECHO(seen, response)
    }
    expect((await world.send(world.call(owner))).status).toBe(200)
    world.upstream.respond = ECHO
    await world.gateway.reload(world.options)
    const statusOf = async (token: string) => {
      const { headers = [], ...request } = world.call(token)
      const sent = {
        ...request,
        headers: [...headers, ['mcp-session-id', 'kept-session'] as const],
      }
      return (await world.send(sent)).status
    }
    expect([await statusOf(owner), await statusOf(other)]).toEqual([200, 404])
  })

  test('SEC-294 what was revoked stays so when the options are others', async () => {
    const token = await world.mint({ sub: 'gone', tenant_id: 'a' })
    expect((await world.send(world.call(token))).status).toBe(200)
    await world.gateway.revoke({ issuer: world.issuer.issuer, subject: 'gone' })
    await world.gateway.reload(world.options)
    expect((await world.send(world.call(token))).status).toBe(401)
  })
})
