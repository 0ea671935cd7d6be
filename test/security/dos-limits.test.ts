import { createLimits } from 'mcp-gatehouse/limits'
import { afterAll, describe, expect, test } from 'vitest'
import type { WireRequest } from '../adapters/wire.ts'
import { bearer, openWorld, SCOPE, type World } from '../adapters/world.ts'

const LIMITED =
  '{"error":"temporarily_unavailable","error_description":"There were too many requests. Try again later."}'

/** Statuses of requests that are sent one after the other. */
async function statusesOf(
  app: World['apps'][number][1],
  requests: readonly WireRequest[],
): Promise<readonly number[]> {
  const statuses: number[] = []
  for (const request of requests) statuses.push((await app.send(request)).status)
  return statuses
}

function from(address: string, name = 'X-Forwarded-For'): WireRequest {
  return { headers: [[name, address]] }
}

const FIELDS = ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'CF-Connecting-IP', 'True-Client-IP']

describe('SEC-345: rotating the address fields', async () => {
  const world = await openWorld({
    server: { limits: createLimits({ perAddress: { limit: 10, windowSeconds: 3_600 } }) },
  })
  afterAll(() => world.close())

  test('SEC-345: fields of an untrusted peer are one bucket, on every platform', async () => {
    const rotated = FIELDS.flatMap((name) =>
      Array.from({ length: 10 }, (_, i) => from(`203.0.113.${i}`, name)),
    )
    // All of the platforms are one resource server, and their sockets one address.
    for (const [name, app] of world.apps) {
      if (app.port === undefined) continue
      const statuses = await statusesOf(app, rotated)
      expect([name, statuses.filter((status) => status === 401).length <= 10]).toEqual([name, true])
    }
    const refused = world.takeEvents().filter((event) => 'reason' in event)
    const byReason = Map.groupBy(refused, (event) => ('reason' in event ? event.reason : ''))
    expect(byReason.get('no_credentials')).toHaveLength(10)
    expect(byReason.get('rate address')?.length).toBeGreaterThan(100)
  })

  test('SEC-345: behind a trusted proxy, what is left of its entry does not matter', async () => {
    const behind = await openWorld({
      server: {
        trustedProxyHops: 1,
        limits: createLimits({ perAddress: { limit: 5, windowSeconds: 3_600 } }),
      },
    })
    const [, app] = behind.apps[0] ?? []
    if (app === undefined) throw new Error('no platform')
    const rotated = Array.from({ length: 8 }, (_, i) => from(`203.0.113.${i}, 198.51.100.7`))
    expect(await statusesOf(app, rotated)).toEqual([401, 401, 401, 401, 401, 429, 429, 429])
    expect(await statusesOf(app, [from('198.51.100.8')])).toEqual([401])
    await behind.close()
  })
})

describe('SEC-346: the addresses of one /64', async () => {
  const world = await openWorld({
    server: {
      trustedProxyHops: 1,
      limits: createLimits({ perAddress: { limit: 4, windowSeconds: 3_600 } }),
    },
  })
  afterAll(() => world.close())
  const [, app] = world.apps[0] ?? []
  if (app === undefined) throw new Error('no platform')

  test.each([
    [
      'any of them, in every spelling',
      [
        '2001:db8:1:2::1',
        '2001:DB8:1:2:0:0:0:1',
        '2001:0db8:0001:0002:0000:0000:0000:0001',
        '[2001:db8:1:2::1]:4711',
        '2001:db8:1:2:ffff:ffff:ffff:ffff',
        '2001:db8:1:2:a:b:192.0.2.1',
      ],
    ],
    [
      'an IPv4 address, mapped or not',
      ['192.0.2.7', '::ffff:192.0.2.7', '::FFFF:c000:207', '[::ffff:192.0.2.7]:80', '192.0.2.7:81'],
    ],
  ])('SEC-346: one bucket for %s', async (_name, addresses) => {
    const requests = addresses.map((address) => from(address))
    const refused = addresses.slice(4).map(() => 429)
    expect(await statusesOf(app, requests)).toEqual([401, 401, 401, 401, ...refused])
  })

  test('SEC-346: 2^16 addresses of one /64 get through four times', async () => {
    const limits = createLimits({ perAddress: { limit: 4, windowSeconds: 3_600 } })
    const open = limits.open({
      scope: 'https://mcp.example.com/mcp',
      clock: { now: () => 0, elapsed: () => 0 },
      emit: () => undefined,
    })
    let passed = 0
    for (let i = 0; i < 65_536; i += 1) {
      const outcome = await open.countAddress(`2001:db8::${i.toString(16)}`)
      if (outcome.exceeded === undefined) passed += 1
    }
    expect(passed).toBe(4)
  })
})

describe('429 on every platform', async () => {
  const world = await openWorld({
    server: {
      allowedOrigins: ['https://app.example.com'],
      limits: createLimits({ perPrincipal: '1/hour' }),
    },
  })
  afterAll(() => world.close())

  test.each(world.apps)('says when to try again, and keeps the token (%s)', async (name, app) => {
    const sub = `user of ${name}`
    const token = await world.issuer.mint({ aud: world.gatehouse.resource, scope: SCOPE, sub })
    const headers = [bearer(token), ['Origin', 'https://app.example.com']] as const
    const first = await app.send({ headers })
    expect(first.status).toBe(200)
    expect(first.headers['ratelimit-policy']).toBe('"principal";q=1;w=3600')
    expect(first.headers['ratelimit']).toMatch(/^"principal";r=0;t=3600$/)
    const second = await app.send({ headers })
    expect([second.status, second.body]).toEqual([429, LIMITED])
    expect(second.headers).not.toHaveProperty('www-authenticate')
    expect(second.headers['retry-after']).toMatch(/^3(?:600|59\d)$/)
    expect(second.headers['ratelimit']).toBe(`"principal";r=0;t=${second.headers['retry-after']}`)
    expect(second.headers['access-control-expose-headers']).toContain('RateLimit, RateLimit-Policy')
    expect(
      world.takeEvents().map((event) => ('reason' in event ? event.reason : event.type)),
    ).toEqual(['auth.allow', 'rate principal'])
  })
})
