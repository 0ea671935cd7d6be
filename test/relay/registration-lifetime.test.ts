import { memory } from 'mcp-gatehouse/storage'
import { expect, test } from 'vitest'
import { createTestClock } from '../security/support/test-clock.ts'
import { newClient, openConsent } from './flow.ts'
import { startRelay } from './world.ts'

const DAY = 24 * 60 * 60

test('a client that registers what another has registered is known for a day nevertheless', async () => {
  const clock = createTestClock()
  const storage = memory({ clock })
  const world = await startRelay({ options: () => ({ clock, storage }) })
  const clientId = await newClient(world)
  clock.pass(DAY - 60)
  expect(await newClient(world)).toBe(clientId)
  clock.pass(120)
  expect((await openConsent(world, clientId)).page).toMatchObject({ status: 200 })
  clock.pass(DAY)
  expect((await openConsent(world, clientId)).page).toMatchObject({ status: 400 })
})
