import { expect, onTestFinished, test } from 'vitest'
import { createTestClock } from '../security/support/test-clock.ts'
import { openGatewayWorld } from './world.ts'

const HOUR_SECONDS = 3_600
/** What is promised for the time after an outage. */
const RECOVERY_SECONDS = 30

test('SEC-363 while the identity provider is away for an hour, who was in stays in', async () => {
  const clock = createTestClock()
  const now = () => clock.now()
  const world = await openGatewayWorld({ now, gateway: { clock, admin: { port: 0 } } })
  onTestFinished(() => world.close())
  const exp = clock.now() + 2 * HOUR_SECONDS
  const [known, unseen] = [await world.mint({ exp }), await world.mint({ exp, sub: 'bob' })]
  const statusOf = async (token: string) => (await world.send(world.call(token))).status
  expect(await statusOf(known)).toBe(200)

  const { pathname } = new URL(world.issuer.jwksUri)
  world.issuer.respond(pathname, { status: 503 })
  world.issuer.respond('/.well-known/oauth-authorization-server', { status: 503 })
  for (let passed = 0; passed < HOUR_SECONDS; passed += HOUR_SECONDS / 12) {
    clock.pass(HOUR_SECONDS / 12)
    expect([passed, await statusOf(known)]).toEqual([passed, 200])
  }
  // Signed with a key that nobody could read yet, it is not called invalid.
  await world.issuer.rotate({ keepOld: true })
  const newer = await world.mint({ exp, sub: 'carol' })
  const refused = await world.send(world.call(newer))
  expect([refused.status, refused.headers['retry-after']]).toEqual([503, expect.any(String)])
  const ready = await fetch(`${world.adminUrl}/readyz`)
  expect(ready.status).toBe(200)

  world.issuer.respond(pathname, undefined)
  world.issuer.respond('/.well-known/oauth-authorization-server', undefined)
  clock.pass(RECOVERY_SECONDS)
  expect([await statusOf(newer), await statusOf(known), await statusOf(unseen)]).toEqual([
    200, 200, 200,
  ])
})
