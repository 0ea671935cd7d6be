import { memory } from 'mcp-gatehouse/storage'
import { expect, onTestFinished, test } from 'vitest'
import { createSecretTries } from '../../src/connections/secret-tries.ts'
import { connectionsOf, shown, visit } from './page-stories.ts'
import { startPagesWorld } from './pages-world.ts'
import { BOBS, OWNER } from './world.ts'

const FORM = {
  field_site: 'https://acme.tracker.example',
  field_token: 'wrong',
  field_region: 'eu',
  decision: 'connect',
}

test('the service is asked ten times of a user in ten minutes, and then a page says when again', async () => {
  const world = await startPagesWorld()
  onTestFinished(() => world.close())
  const alice = await visit(world, 'alice')
  const asked = await world.ask('alice', 'tracker')
  const page = await alice.get(asked.url)
  for (let tried = 0; tried < 10; tried += 1) {
    expect((await alice.press(page, FORM)).status).toBe(400)
    expect((await alice.press(page, { ...FORM, field_site: 'http://a' })).status).toBe(400)
  }
  expect(world.tried).toHaveLength(10)
  const refused = await alice.press(page, { ...FORM, field_token: 'alice-token' })
  expect(shown(refused)).toEqual([429, 'This did not work'])
  expect(refused.text).toContain('This was tried ten times within ten minutes.')
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(570)
  expect([world.tried.length, await connectionsOf(world)]).toEqual([10, []])
  expect((await alice.get(asked.url)).status).toBe(200)
  const bob = await visit(world, 'bob')
  const bobs = await bob.get((await world.ask('bob', 'tracker')).url)
  expect((await bob.press(bobs, { ...FORM, field_token: 'bob-token' })).status).toBe(303)
})

test('replicas with one storage count together, also at once, and forget after ten minutes', async () => {
  let now = 1_000
  const clock = { now: () => now, elapsed: () => 0 }
  const storage = memory()
  const replicas = [createSecretTries(storage, clock), createSecretTries(storage, clock)]
  const counted = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => replicas[index % 2]?.count(OWNER, 'jira')),
  )
  expect(counted).toEqual(Array.from({ length: 8 }))
  const [first, second] = replicas
  now = 1_100
  expect(await first?.count(OWNER, 'jira')).toBeUndefined()
  expect(await second?.count(OWNER, 'jira')).toBeUndefined()
  expect(await first?.count(OWNER, 'jira')).toBe(500)
  expect(await first?.count(OWNER, 'tracker')).toBeUndefined()
  expect(await first?.count(BOBS, 'jira')).toBeUndefined()
  now = 1_600
  expect(await second?.count(OWNER, 'jira')).toBeUndefined()
})
