import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type AuditEvent, createResourceServer, sampleEvents } from 'mcp-gatehouse'
import { createLimits } from 'mcp-gatehouse/limits'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { jwtVerifier } from 'mcp-gatehouse/verifiers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createTestClock } from './support/test-clock.ts'

const RESOURCE = 'https://mcp.example.com/mcp'

describe('SEC-350: 10,000 badly signed tokens', () => {
  test.each(['RS256', 'ES256', 'EdDSA'] as const)(
    'SEC-350: %s of one address are verified 30 times, and everybody else is served',
    async (algorithm) => {
      const issuer = await createTokenIssuer({ algorithm })
      onTestFinished(() => issuer.close())
      const inner = jwtVerifier({ issuer: issuer.issuer, allowInsecureLoopback: true })
      let verified = 0
      const gatehouse = createResourceServer({
        resource: RESOURCE,
        authorizationServers: [issuer.issuer],
        allowInsecureLoopback: true,
        trustedProxyHops: 1,
        limits: createLimits({ failuresPerAddress: '30/hour' }),
        verifier: {
          ...inner,
          verify(token) {
            verified += 1
            return inner.verify(token)
          },
        },
      })
      const handle = gatehouse.protect(() => new Response('{}'))
      const send = async (token: string, address: string): Promise<number> => {
        const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': address }
        return (await handle(new Request(RESOURCE, { headers }))).status
      }
      const good = await issuer.mint({ aud: RESOURCE })
      const [header = '', payload = ''] = good.split('.')
      const counts = new Map<string, number>()
      for (let i = 0; i < 10_000; i += 1) {
        const signature = Buffer.from(
          `signature ${i}`.padEnd(algorithm === 'RS256' ? 256 : 64, '.'),
        ).toString('base64url')
        const status = await send(`${header}.${payload}.${signature}`, '198.51.100.66')
        counts.set(`bad ${status}`, (counts.get(`bad ${status}`) ?? 0) + 1)
        if (i % 50 !== 0) continue
        const token = await issuer.mint({ aud: RESOURCE, jti: `${i}` })
        const legitimate = await send(token, `192.0.2.${i % 200}`)
        counts.set(`good ${legitimate}`, (counts.get(`good ${legitimate}`) ?? 0) + 1)
      }
      expect(Object.fromEntries(counts)).toEqual({
        'bad 401': 30,
        'bad 429': 9_970,
        'good 200': 200,
      })
      expect(verified).toBe(230)
    },
    120_000,
  )
})

describe('SEC-351: a million of everything', () => {
  test('SEC-351: addresses, subjects, tools and kids leave less than 64 MB', async () => {
    const argv = [
      '--conditions=mcp-gatehouse-source',
      '--expose-gc',
      'test/security/support/million-keys.ts',
    ]
    const { stdout } = await promisify(execFile)(process.execPath, argv)
    const { megabytes, counted } = JSON.parse(stdout) as { megabytes: number; counted: number }
    expect(counted).toBe(1_205_000)
    expect(megabytes).toBeLessThan(64)
  }, 300_000)
})

describe('SEC-354: a flood of bad requests', () => {
  test('SEC-354: 10,000 refusals in five seconds are 500 events and few that tell the rest', async () => {
    const issuer = await createTokenIssuer()
    onTestFinished(() => issuer.close())
    const clock = createTestClock()
    const events: AuditEvent[] = []
    const gatehouse = createResourceServer({
      resource: RESOURCE,
      authorizationServers: [issuer.issuer],
      allowInsecureLoopback: true,
      clock,
      onEvent: sampleEvents((event) => void events.push(event), { clock }),
    })
    const handle = gatehouse.protect(() => new Response('{}'))
    const request = new Request(RESOURCE)
    const good = await issuer.mint({
      aud: RESOURCE,
      iat: clock.now(),
      exp: clock.now() + 600,
    })
    const legitimate = new Request(RESOURCE, { headers: { authorization: `Bearer ${good}` } })
    for (let second = 0; second < 5; second += 1) {
      for (let i = 0; i < 2_000; i += 1) await handle(request)
      await handle(legitimate)
      clock.pass(1)
    }
    await expect.poll(() => leftOutOf(events)).toBe(9_500)
    const types = Map.groupBy(events, ({ type }) => type)
    expect(types.get('auth.deny')).toHaveLength(500)
    expect(types.get('auth.allow')).toHaveLength(5)
    expect(events.length).toBeLessThan(520)
  })

  test('SEC-354: what only a caller can cause is never left out, and a sink that fails hurts nobody', async () => {
    const clock = createTestClock()
    const seen: string[] = []
    const sink = sampleEvents(
      (event) => {
        seen.push(event.type)
        if (event.type === 'audit.sampled') throw new Error('the disk is full')
      },
      { perSecond: 1, clock },
    )
    const warning = { type: 'config.warning', at: 0, message: 'x' } as const
    const refused = {
      type: 'client.registration_refused',
      at: 0,
      reason: 'rate',
      status: 429,
      address: undefined,
    } as const
    for (let i = 0; i < 5; i += 1) {
      await sink(warning)
      await sink(refused)
      await sink({ ...refused, reason: 'size' })
    }
    await expect.poll(() => seen.includes('audit.sampled')).toBe(true)
    const counts = Map.groupBy(seen, (type) => type)
    expect(counts.get('config.warning')).toHaveLength(5)
    expect(counts.get('client.registration_refused')).toHaveLength(2)
  })
})

function leftOutOf(events: readonly AuditEvent[]): number {
  return events
    .flatMap((event) => (event.type === 'audit.sampled' ? Object.values(event.leftOut) : []))
    .reduce((sum, count) => sum + count, 0)
}
