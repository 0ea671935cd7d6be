import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { App } from '../adapters/platforms/index.ts'
import { everywhere } from './cases.ts'
import { LISTENING, openStreamWorld, receive, runningCall } from './support/stream-world.ts'

vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })

/** What the operator's own data says about callers. */
const disabled = new Set<unknown>()
let isStoreDown = false
const streams = await openStreamWorld({
  server: {
    maxCallSeconds: 120,
    isRevoked: async ({ subject, tenant, scopes }) => {
      if (isStoreDown) throw new Error('the store is down')
      return (
        disabled.has(subject) || disabled.has(tenant) || [...scopes].some((s) => disabled.has(s))
      )
    },
  },
})
const { world, mint, pass } = streams
afterAll(async () => {
  vi.useRealTimers()
  await world.close()
})
beforeEach(() => {
  disabled.clear()
  isStoreDown = false
})

describe('SEC-335 the token expires', () => {
  const cases = world.apps.flatMap(([platform, app]) =>
    LISTENING.map(([kind, request]) => [kind, platform, app, request] as const),
  )
  test.each(cases)(
    'SEC-335 a stream that listens ends within 60 s (%s, %s)',
    async (_kind, _platform, app, request) => {
      const received = await receive(app, request(await mint()))
      const { channel } = streams
      channel.emit('first')
      await received.until('first')
      await pass(295)
      channel.emit('second')
      await received.until('second')
      expect(received.isOver).toBe(false)

      await pass(60)
      await received.over
      channel.emit('third')
      await pass(5)
      expect(received.text).not.toContain('third')
    },
  )

  test.each(world.apps)(
    'SEC-335 the answer of a call that runs may finish (%s)',
    everywhere(world, async (app) => {
      const received = await receive(app, runningCall(await mint()))
      await pass(300 + 115)
      streams.channel.emit('progress')
      await received.until('progress')
      streams.channel.emit('result')
      streams.channel.finish()
      await received.over
      expect(received.text).toContain('result')
    }),
  )

  test.each(world.apps)(
    'SEC-335 but not for longer than maxCallSeconds (%s)',
    everywhere(world, async (app) => {
      const received = await receive(app, runningCall(await mint()))
      const { channel } = streams
      await pass(300 + 120 + 15)
      await received.over
      channel.emit('late')
      await pass(5)
      expect(received.text).not.toContain('late')
    }),
  )

  test.each(world.apps)(
    'SEC-335 a refreshed token does not prolong the stream of the old one (%s)',
    everywhere(world, async (app) => {
      const [, get] = LISTENING[0] ?? []
      if (get === undefined) throw new Error('no GET')
      const old = await receive(app, get(await mint()))
      await pass(200)
      const renewed = await receive(app, get(await mint()))
      await pass(120)
      await old.over
      expect(renewed.isOver).toBe(false)
      await pass(200)
      await renewed.over
    }),
  )
})

describe('SEC-336 access is taken back', () => {
  const ENDINGS: readonly [what: string, claims: object, end: () => void | Promise<void>][] = [
    [
      'the token is revoked',
      { sub: 'revoked' },
      () => world.gatehouse.revoke({ issuer: world.issuer.issuer, subject: 'revoked' }),
    ],
    [
      'the client is revoked',
      { sub: undefined, client_id: 'robot' },
      () => world.gatehouse.revoke({ issuer: world.issuer.issuer, clientId: 'robot' }),
    ],
    ['the user is disabled', { sub: 'disabled' }, () => void disabled.add('disabled')],
    [
      'the tenant is suspended',
      { sub: 'erin', tid: 'umbrella' },
      () => void disabled.add('umbrella'),
    ],
  ]
  const cases = world.apps.flatMap(([platform, app]) =>
    ENDINGS.map(([what, claims, end]) => [what, platform, app, claims, end] as const),
  )

  test.each(cases)(
    'SEC-336 %s: every stream ends within 60 s (%s)',
    async (_what, _platform, app, claims, end) => {
      const token = await mint({ ...claims })
      const bystander = await openAll(app, await mint({ sub: 'bystander' }))
      const own = await openAll(app, token)
      const { channel } = streams
      await pass(60)
      expect(own.map(({ isOver }) => isOver)).toEqual([false, false, false])
      await end()
      await pass(60)
      await Promise.all(own.map(({ over }) => over))
      channel.emit('late')
      await pass(5)
      expect(own.map(({ text }) => text).join('')).not.toContain('late')
      expect(bystander.map(({ isOver }) => isOver)).toEqual([false, false, false])
      expect((await receive(app, runningCall(token))).status).toBe(401)
    },
  )

  test.each(world.apps)(
    'SEC-336 where nobody can say whether, streams end within 90 s (%s)',
    everywhere(world, async (app) => {
      const own = await openAll(app, await mint({ sub: 'frank', exp: streams.clock.now() + 900 }))
      isStoreDown = true
      await pass(45)
      expect(own.map(({ isOver }) => isOver)).toEqual([false, false, false])
      isStoreDown = false
      await pass(45)
      isStoreDown = true
      await pass(30)
      expect(own.map(({ isOver }) => isOver)).toEqual([false, false, false])
      await pass(60)
      await Promise.all(own.map(({ over }) => over))
    }),
  )
})

describe('SEC-338 a caller loses a scope while a stream is open', () => {
  const updated = (uri: string) =>
    JSON.stringify({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri } })
  const [, get] = LISTENING[0] ?? []

  test.each(world.apps)(
    'SEC-338 the stream of the token that still says so ends within 60 s (%s)',
    everywhere(world, async (app) => {
      if (get === undefined) throw new Error('no GET')
      const received = await receive(app, get(await mint({ sub: 'grace' })))
      const { channel } = streams
      channel.emit(updated('note://1'))
      await received.until('note://1')
      disabled.add('notes:read')
      await pass(60)
      await received.over
      channel.emit(updated('note://2'))
      await pass(5)
      expect(received.text).not.toContain('note://2')
    }),
  )

  test.each(world.apps)(
    'SEC-338 a stream of the lesser token is filtered by what that has, event by event (%s)',
    everywhere(world, async (app) => {
      if (get === undefined) throw new Error('no GET')
      const received = await receive(app, get(await mint({ sub: 'heidi', scope: 'profile' })))
      const { channel } = streams
      channel.emit(updated('note://1'))
      channel.emit('something else')
      await received.until('something else')
      channel.emit(updated('note://2'))
      // As PHP writes it, and as anybody may.
      channel.emit(updated('note://3').replaceAll('/', '\\/'))
      channel.emit(updated('note://4').replace('resources', '\\u0072esources'))
      channel.finish()
      await received.over
      expect(received.text).not.toContain('note:')
    }),
  )
})

test('SEC-335 there is no timer when no stream is open', async () => {
  await pass(700)
  await expect.poll(() => vi.getTimerCount()).toBe(0)
})

/** A stream of each kind. */
function openAll(app: App, token: string): Promise<Awaited<ReturnType<typeof receive>>[]> {
  const requests = [...LISTENING.map(([, request]) => request(token)), runningCall(token)]
  return Promise.all(requests.map((request) => receive(app, request)))
}
