import { type AuditEvent, createResourceServer, type ResourceServerOptions } from 'mcp-gatehouse'
import { createLimits, type LimitsOptions } from 'mcp-gatehouse/limits'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test } from 'vitest'
import { createTestClock, type TestClock } from './support/test-clock.ts'

// Limits of callers at a resource server that answers web requests.

const RESOURCE = 'https://mcp.example.com/mcp'

interface LimitedWorld {
  readonly clock: TestClock
  readonly events: readonly AuditEvent[]
  mint(claims?: object): Promise<string>
  /** Sends a body, and gives the status of the answer, or the refusal's reason. */
  send(token: string, body: unknown, address?: string): Promise<Response>
  statuses(token: string, bodies: readonly unknown[]): Promise<readonly number[]>
}

async function openLimited(
  limits: LimitsOptions,
  options: Partial<ResourceServerOptions> = {},
  handler: () => Response | Promise<Response> = () => new Response('{}'),
): Promise<LimitedWorld> {
  const clock = createTestClock()
  const issuer = await createTokenIssuer()
  onTestFinished(() => issuer.close())
  const events: AuditEvent[] = []
  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: [issuer.issuer],
    allowInsecureLoopback: true,
    trustedProxyHops: 1,
    limits: createLimits(limits),
    onEvent: (event) => void events.push(event),
    clock,
    ...options,
  })
  const handle = gatehouse.protect(handler)
  const send: LimitedWorld['send'] = (token, body, address = '192.0.2.1') =>
    handle(
      new Request(RESOURCE, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'x-forwarded-for': address,
        },
        body: JSON.stringify(body),
      }),
    )
  return {
    clock,
    events,
    mint: (claims = {}) =>
      issuer.mint({
        aud: RESOURCE,
        iat: clock.now(),
        exp: clock.now() + 86_400,
        sub: 'alice',
        ...claims,
      }),
    send,
    async statuses(token, bodies) {
      const statuses: number[] = []
      for (const body of bodies) {
        const answer = await send(token, body)
        // An answer that nobody reads is not over.
        if (answer.headers.get('content-type') !== 'text/event-stream') await answer.text()
        statuses.push(answer.status)
      }
      return statuses
    },
  }
}

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
const call = (name: string, id = 1): object => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: {} },
})
const times = <Item>(count: number, item: Item): readonly Item[] => Array(count).fill(item)

test('a principal has a budget by issuer, tenant and subject, and a new one in the next window', async () => {
  const world = await openLimited({ perPrincipal: '3/minute' })
  const alice = await world.mint()
  expect(await world.statuses(alice, times(5, ping))).toEqual([200, 200, 200, 429, 429])
  // Another token of the same user does not help, nor does another client.
  const again = await world.mint({ jti: 'another', client_id: 'another' })
  expect(await world.statuses(again, [ping])).toEqual([429])
  expect(await world.statuses(await world.mint({ sub: 'bob' }), [ping])).toEqual([200])
  expect(await world.statuses(await world.mint({ tenant_id: 'other' }), [ping])).toEqual([200])
  world.clock.pass(60)
  expect(await world.statuses(alice, [ping])).toEqual([200])
})

test('two issuers that call somebody the same share nothing', async () => {
  const limits = createLimits({ perPrincipal: '1/hour' })
  const first = await createTokenIssuer()
  const second = await createTokenIssuer()
  onTestFinished(async () => void (await Promise.all([first.close(), second.close()])))
  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: [first.issuer, second.issuer],
    allowInsecureLoopback: true,
    limits,
  })
  const handle = gatehouse.protect(() => new Response('{}'))
  const statuses: number[] = []
  for (const issuer of [first, second, first, second]) {
    const authorization = `Bearer ${await issuer.mint({ aud: RESOURCE, sub: 'alice' })}`
    const headers = { authorization, 'content-type': 'application/json' }
    const body = JSON.stringify(ping)
    statuses.push((await handle(new Request(RESOURCE, { method: 'POST', headers, body }))).status)
  }
  expect(statuses).toEqual([200, 200, 429, 429])
})

test('each message of a batch counts, and a batch over the limit never passes', async () => {
  const world = await openLimited({ perPrincipal: '5/minute' })
  const token = await world.mint()
  const three = [ping, { ...ping, id: 2 }, { ...ping, id: 3 }]
  expect(await world.statuses(token, [three, three])).toEqual([200, 429])
  const bob = await world.mint({ sub: 'bob' })
  const six = Array.from({ length: 6 }, (_, id) => ({ ...ping, id }))
  expect(await world.statuses(bob, [six])).toEqual([429])
})

test('a client has a budget for all of its users', async () => {
  const world = await openLimited({ perClient: '2/minute' })
  const statuses: number[] = []
  for (const [sub, clientId] of [
    ['alice', 'cursor'],
    ['bob', 'cursor'],
    ['carol', 'cursor'],
    ['carol', 'inspector'],
  ]) {
    const token = await world.mint({ sub, client_id: clientId })
    const answer = await world.send(token, ping)
    // How much others of this client do is nobody's business.
    expect(answer.headers.has('ratelimit')).toBe(answer.status === 429)
    statuses.push(answer.status)
  }
  expect(statuses).toEqual([200, 200, 429, 200])
})

test('a tool has budgets by name and by pattern, the most specific one', async () => {
  const world = await openLimited({
    tools: {
      search: { perPrincipal: '2/minute', overall: '3/minute' },
      'delete_*': { perPrincipal: '1/minute' },
      delete_draft: { perPrincipal: '5/minute' },
    },
  })
  const alice = await world.mint()
  const bob = await world.mint({ sub: 'bob' })
  expect(await world.statuses(alice, times(3, call('search')))).toEqual([200, 200, 429])
  expect(await world.statuses(bob, times(2, call('search')))).toEqual([429, 429])
  // Names are the caller's to choose: one budget for all that the pattern matches.
  expect(await world.statuses(alice, [call('delete_a'), call('delete_b')])).toEqual([200, 429])
  expect(await world.statuses(alice, times(2, call('delete_draft')))).toEqual([200, 200])
  expect(await world.statuses(alice, times(9, call('list')))).toEqual(times(9, 200))
  const refused = world.events.flatMap((event) => (event.type === 'auth.deny' ? event.reason : []))
  expect(new Set(refused)).toEqual(
    new Set(['rate principal-tool:search', 'rate tool:search', 'rate principal-tool:delete_*']),
  )
})

test('a batch of calls is answered with the id of none, a single call with its own', async () => {
  const world = await openLimited({ tools: { search: { overall: '1/minute' } } })
  const token = await world.mint()
  await world.send(token, call('search'))
  const single = await world.send(token, call('search', 7))
  expect(await single.json()).toMatchObject({ id: 7, error: { code: -32_000 } })
  const batch = await world.send(token, [call('search', 8), call('search', 9)])
  expect(await batch.json()).toMatchObject({ error: 'temporarily_unavailable' })
  expect(single.headers.get('ratelimit-policy')).toBe('"tool:search";q=1;w=60')
  expect(single.headers.get('www-authenticate')).toBeNull()
})

test('what the policy refuses uses up nothing', async () => {
  const world = await openLimited(
    { perPrincipal: '1/minute' },
    { policy: { tools: { search: 'search' } } },
  )
  const token = await world.mint({ scope: 'search' })
  expect(await world.statuses(token, times(3, call('unknown')))).toEqual([200, 200, 200])
  expect(await world.statuses(token, times(2, call('search')))).toEqual([200, 429])
})

test('nothing is limited, and no field is there, without the option', async () => {
  const issuer = await createTokenIssuer()
  onTestFinished(() => issuer.close())
  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: [issuer.issuer],
    allowInsecureLoopback: true,
  })
  expect(gatehouse.checksMessages).toBe(false)
  const authorization = `Bearer ${await issuer.mint({ aud: RESOURCE })}`
  const handle = gatehouse.protect(() => new Response('{}'))
  const answer = await handle(new Request(RESOURCE, { headers: { authorization } }))
  expect([...answer.headers.keys()].filter((name) => name.startsWith('ratelimit'))).toEqual([])
})

test('requests at a time: released at the end of the body, on a cut, and where a handler fails', async () => {
  const answers: (() => Response | Promise<Response>)[] = []
  const world = await openLimited({ concurrentPerPrincipal: 2 }, {}, () => {
    const next = answers.shift()
    return next === undefined ? new Response('{}') : next()
  })
  const token = await world.mint()
  const open: ReadableStreamDefaultController[] = []
  const stream = (type: string) => () =>
    new Response(
      new ReadableStream({
        start(controller) {
          open.push(controller)
          controller.enqueue(new TextEncoder().encode('data: x\n\n'))
        },
      }),
      { headers: { 'content-type': type } },
    )
  answers.push(stream('text/event-stream'), stream('application/octet-stream'))
  const first = await world.send(token, ping)
  const second = await world.send(token, ping)
  const third = await world.send(token, ping)
  expect([first.status, second.status, third.status]).toEqual([200, 200, 429])
  expect(third.headers.get('retry-after')).toBe('1')
  // Another caller is not concerned.
  expect(await world.statuses(await world.mint({ sub: 'bob' }), [ping])).toEqual([200])

  open[0]?.close()
  await first.text()
  expect(await world.statuses(token, [ping])).toEqual([200])
  await second.body?.cancel()
  answers.push(async () => {
    throw new Error('the handler failed')
  })
  await expect(world.send(token, ping)).rejects.toThrow('the handler failed')
  // Two at a time again.
  answers.push(stream('text/event-stream'), stream('text/event-stream'))
  expect(await world.statuses(token, times(3, ping))).toEqual([200, 200, 429])
  expect(world.events.at(-1)).toMatchObject({ type: 'auth.deny', reason: 'rate concurrency' })
})

test('SEC-350: failures of an address end in 429, and tokens that are known go on', async () => {
  const world = await openLimited({ failuresPerAddress: '10/minute' })
  const good = await world.mint()
  expect(await world.statuses(good, [ping])).toEqual([200])
  const unseen = await world.mint({ jti: 'unseen' })
  const bad = `${good.slice(0, -8)}AAAAAAAA`
  const statuses = await world.statuses(bad, times(12, ping))
  expect(statuses).toEqual([...times(10, 401), 429, 429])
  expect(world.events.at(-1)).toMatchObject({ type: 'auth.deny', reason: 'rate failures' })
  // Of the same address: what was verified before goes on, and nothing else is verified.
  expect(await world.statuses(good, [ping])).toEqual([200])
  expect(await world.statuses(unseen, [ping])).toEqual([429])
  expect((await world.send(unseen, ping, '192.0.2.2')).status).toBe(200)
  world.clock.pass(60)
  expect(await world.statuses(bad, [ping])).toEqual([401])
})

test('SEC-350: a token that has expired is no failure', async () => {
  const world = await openLimited({ failuresPerAddress: '1/minute' })
  const expired = await world.mint({ exp: world.clock.now() - 100, iat: world.clock.now() - 200 })
  expect(await world.statuses(expired, times(3, ping))).toEqual([401, 401, 401])
})
