import type { AuditEvent } from 'mcp-gatehouse'
import type { ServerLimitsOptions } from 'mcp-gatehouse/authorization-server'
import { memoryLimits } from 'mcp-gatehouse/limits'
import { expect, onTestFinished, test } from 'vitest'
import {
  type AsWorld,
  REDIRECT_URI,
  startAuthorizationServer,
} from '../authorization-server/world.ts'

// What an authorization server answers whoever asks too often.

async function open(
  limits: ServerLimitsOptions | undefined,
  more: Partial<AsWorld['options']> = {},
): Promise<AsWorld> {
  const world = await startAuthorizationServer({
    options: () => ({ ...more, ...(limits && { limits }), trustedProxyHops: 1 }),
  })
  onTestFinished(() => world.close())
  return world
}

interface Asked {
  readonly body?: Readonly<Record<string, string>>
  readonly address?: string
  readonly headers?: Readonly<Record<string, string>>
}

function ask(
  world: AsWorld,
  path: string,
  { body, address, headers }: Asked = {},
): Promise<Response> {
  return fetch(`${world.issuer}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    redirect: 'manual',
    headers: { 'x-forwarded-for': address ?? '192.0.2.1', ...headers },
    ...(body !== undefined && { body: new URLSearchParams({ ...body }) }),
  })
}

async function statusesOf(
  count: number,
  send: () => Promise<Response>,
): Promise<readonly number[]> {
  const statuses: number[] = []
  for (let i = 0; i < count; i += 1) {
    const answer = await send()
    await answer.text()
    statuses.push(answer.status)
  }
  return statuses
}

function limitedOf(events: readonly AuditEvent[]): readonly unknown[] {
  return events.flatMap((event) =>
    event.type === 'authorization_server.limited' ? [`${event.endpoint} ${event.limit}`] : [],
  )
}

const GUESS = { grant_type: 'refresh_token', refresh_token: 'guess', client_id: 'notes' }
const CLIENT = { clientId: 'notes', redirectUris: [REDIRECT_URI] }

test('EMA-10: the token endpoint is limited per address, as OAuth JSON that pages can read', async () => {
  const world = await open({ tokenRequestsPerAddress: '3/minute' }, { clients: [CLIENT] })
  const send = (address?: string) => () =>
    ask(world, '/token', { body: GUESS, ...(address && { address }) })
  expect(await statusesOf(4, send())).toEqual([400, 400, 400, 429])
  const refused = await send()()
  expect(await refused.json()).toEqual({ error: 'temporarily_unavailable' })
  expect(refused.headers.get('retry-after')).toMatch(/^(?:60|5\d)$/)
  expect(refused.headers.get('ratelimit-policy')).toBe('"token-requests";q=3;w=60')
  expect(refused.headers.get('cache-control')).toBe('no-store')
  expect(refused.headers.get('access-control-allow-origin')).toBe('*')
  expect(refused.headers.get('access-control-expose-headers')).toContain('RateLimit-Policy')
  expect(await statusesOf(1, send('192.0.2.2'))).toEqual([400])
  expect(limitedOf(world.events)).toEqual(['token token-requests', 'token token-requests'])
})

test('EMA-10: guesses at the token endpoint end after 30 a minute by default', async () => {
  const world = await open({}, { clients: [CLIENT] })
  const statuses = await statusesOf(32, () => ask(world, '/token', { body: GUESS }))
  expect(statuses).toEqual([...Array<number>(30).fill(400), 429, 429])
  expect(limitedOf(world.events)).toEqual(['token failures', 'token failures'])
  // The same address still gets pages, and what is public.
  expect((await ask(world, '/jwks')).status).toBe(200)
})

test('a budget of clients that is empty, as from an environment, is a mistake and no permission', async () => {
  await expect(open({ tokenRequestsPerClient: '' as never })).rejects.toMatchObject({
    code: 'ERR_CONFIG_OPTION_TYPE',
  })
})

test('without the option only clients are limited', async () => {
  const world = await open(undefined, { clients: [CLIENT] })
  const statuses = await statusesOf(40, () => ask(world, '/token', { body: GUESS }))
  expect(new Set(statuses)).toEqual(new Set([400]))
})

test('a client has a budget: a confidential one everywhere, a public one for each address', async () => {
  const clientSecret = 's'.repeat(32)
  const machine = {
    clientId: 'machine',
    clientSecret,
    redirectUris: [REDIRECT_URI],
  }
  const limits = {
    tokenRequestsPerClient: '2/minute',
    failuresPerAddress: '1000/minute',
  } as const
  const world = await open(limits, { clients: [CLIENT, machine] })
  const basic = `Basic ${Buffer.from(`machine:${clientSecret}`).toString('base64')}`
  const { client_id: _id, ...grant } = GUESS
  let last = 0
  const asMachine = (): Promise<Response> => {
    last += 1
    const address = `198.51.100.${last}`
    return ask(world, '/token', { body: grant, address, headers: { authorization: basic } })
  }
  expect(await statusesOf(4, asMachine)).toEqual([400, 400, 429, 429])
  const refused = await asMachine()
  expect(await refused.json()).toMatchObject({ error: 'temporarily_unavailable' })
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
  expect(refused.headers.get('ratelimit')).toMatch(/^"client";r=0;t=\d+$/)

  const asPublic = (address: string) => () => ask(world, '/token', { body: GUESS, address })
  expect(await statusesOf(3, asPublic('203.0.113.1'))).toEqual([400, 400, 429])
  expect(await statusesOf(1, asPublic('203.0.113.2'))).toEqual([400])
  // Without the secret nobody uses up what the confidential client has.
  const wrong = `Basic ${Buffer.from('machine:wrong').toString('base64')}`
  const headers = { authorization: wrong }
  expect(await statusesOf(3, () => ask(world, '/token', { body: grant, headers }))).toEqual([
    401, 401, 401,
  ])
})

test('people are shown a page that says how long to wait', async () => {
  const world = await open({ pagesPerAddress: '2/minute' }, { clients: [CLIENT] })
  const query = new URLSearchParams({ client_id: 'notes', response_type: 'code' })
  const visit = (): Promise<Response> => ask(world, `/authorize?${query}`)
  const [first, second, third] = await statusesOf(3, visit)
  expect([first === 429, second === 429, third]).toEqual([false, false, 429])
  const page = await visit()
  expect(page.headers.get('content-type')).toMatch(/^text\/html/)
  expect(page.headers.get('retry-after')).toMatch(/^(?:60|5\d)$/)
  expect(await page.text()).toMatch(/Wait (?:60|5\d) seconds/)
})

test('two servers over one store share the limit of registrations', async () => {
  const store = memoryLimits()
  const issuer = 'http://127.0.0.1:4711'
  const replicas = await Promise.all(
    [1, 2].map(async () => {
      const world = await startAuthorizationServer({
        issuer: () => issuer,
        options: () => ({
          limits: { store: shared(store) },
          registration: { maxPerHour: 4 },
          trustedProxyHops: 1,
        }),
      })
      onTestFinished(() => world.close())
      return world
    }),
  )
  const statuses: number[] = []
  for (let i = 0; i < 6; i += 1) {
    const world = replicas[i % 2]
    const address = new URL(String(world?.resource)).origin
    const answer = await fetch(`${address}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.1' },
      body: JSON.stringify({ redirect_uris: [REDIRECT_URI], client_name: `c${i}` }),
    })
    statuses.push(answer.status)
  }
  expect(statuses).toEqual([201, 201, 201, 201, 429, 429])
})

/** One count for all who open the same rule, as a store of several processes has. */
function shared(store: ReturnType<typeof memoryLimits>): ReturnType<typeof memoryLimits> {
  return {
    ...store,
    open(rule) {
      const key = JSON.stringify(rule)
      const counter = COUNTERS.get(key) ?? store.open(rule)
      COUNTERS.set(key, counter)
      return counter
    },
  }
}

const COUNTERS = new Map<string, ReturnType<ReturnType<typeof memoryLimits>['open']>>()
