import { afterAll, describe, expect, test } from 'vitest'
import { INVALID_TOKEN, NO_CREDENTIALS } from '../adapters/answers.ts'
import type { WireRequest } from '../adapters/wire.ts'
import { bearer, openWorld, SCOPE, type World } from '../adapters/world.ts'
import { everywhere, expectRefusal } from './cases.ts'

const SPOOFED = [
  ['X-Forwarded-Proto', 'http'],
  ['X-Forwarded-Host', 'evil.example'],
  ['X-Forwarded-For', '203.0.113.9'],
  ['X-Forwarded-Prefix', '/evil'],
  ['X-Real-IP', '203.0.113.9'],
  ['Forwarded', 'for=203.0.113.9;host=evil.example;proto=http'],
] as const

/** The client's addresses in the events since the last look. */
function takeAddresses(world: World): readonly unknown[] {
  return world.takeEvents().map((event) => ('address' in event ? event.address : event.type))
}

describe('SEC-107 forwarded fields of an untrusted peer', async () => {
  const world = await openWorld()
  afterAll(() => world.close())

  test.each(world.apps)(
    'SEC-107 change no URL (%s)',
    everywhere(world, async (app) => {
      const answer = { answer: NO_CREDENTIALS, reason: 'no_credentials' }
      await expectRefusal(world, app, { headers: SPOOFED }, answer)
    }),
  )

  test.each(world.apps)(
    'SEC-107 change no audience (%s)',
    everywhere(world, async (app) => {
      const token = await world.issuer.mint({ aud: 'http://evil.example/evil/mcp', scope: SCOPE })
      const answer = { answer: INVALID_TOKEN, reason: 'aud' }
      await expectRefusal(world, app, { headers: [...SPOOFED, bearer(token)] }, answer)
    }),
  )

  test.each(world.apps)(
    'SEC-107 change no address, and no cookie is set (%s)',
    everywhere(world, async (app) => {
      const { headers } = await app.send({ headers: [...SPOOFED, bearer(world.tokens.good)] })
      expect(headers).not.toHaveProperty('set-cookie')
      expect(takeAddresses(world)).toEqual([app.port === undefined ? undefined : '127.0.0.1'])
    }),
  )
})

describe('SEC-108 X-Forwarded-For behind one trusted proxy', async () => {
  const world = await openWorld({ server: { trustedProxyHops: 1 } })
  const twoHops = await openWorld({ server: { trustedProxyHops: 2 } })
  afterAll(() => Promise.all([world.close(), twoHops.close()]))
  const forwarded = (...values: string[]): WireRequest => ({
    headers: values.map((value) => ['X-Forwarded-For', value] as const),
  })

  const cases: readonly (readonly [request: WireRequest, address: string | undefined])[] = [
    [forwarded('1.1.1.1, 2.2.2.2'), '2.2.2.2'],
    [forwarded('1.1.1.1', '2.2.2.2'), '2.2.2.2'],
    [forwarded('2.2.2.2:8080'), '2.2.2.2'],
    [forwarded('2001:db8::1'), '2001:db8::1'],
    [forwarded('[2001:db8::1]:8080'), '2001:db8::1'],
    [forwarded('1.1.1.1, unknown'), undefined],
    [forwarded('1.1.1.1, fe80::1%eth0'), undefined],
    [forwarded('1.1.1.1, 999.1.1.1'), undefined],
    [forwarded('1.1.1.1, "2.2.2.2"'), undefined],
    [forwarded('1.1.1.1,'), undefined],
    [forwarded('2.2.2.2\t, <script>'), undefined],
    [{}, undefined],
  ]
  test.each(world.apps)(
    'SEC-108 its last entry counts, and junk is ignored (%s)',
    everywhere(world, async (app) => {
      const peer = app.port === undefined ? undefined : '127.0.0.1'
      for (const [request] of cases) await app.send(request)
      expect(takeAddresses(world)).toEqual(cases.map(([, address]) => address ?? peer))
    }),
  )

  test.each(twoHops.apps)(
    'SEC-108 with two proxies, the last but one (%s)',
    everywhere(twoHops, async (app) => {
      await app.send(forwarded('9.9.9.9, 1.1.1.1, 2.2.2.2'))
      expect(takeAddresses(twoHops)).toEqual(['1.1.1.1'])
    }),
  )

  test.each(world.apps)(
    'SEC-108 10,000 entries crash nothing (%s)',
    everywhere(world, async (app) => {
      const { status } = await app.send(forwarded(`${'1.1.1.1, '.repeat(9_999)}2.2.2.2`))
      // Node refuses so long a head by itself.
      expect([status, takeAddresses(world)]).toEqual(
        app.port === undefined ? [401, ['2.2.2.2']] : [431, []],
      )
      expect((await app.send({})).status).toBe(401)
    }),
  )
})
