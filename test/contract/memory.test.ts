import { storageContract } from 'mcp-gatehouse/testing'
import { describe, expect, test, vi } from 'vitest'
import { memory } from '../../src/storage/index.ts'
import { createSweptMap, type Mortal } from '../../src/storage/swept-map.ts'
import { createTestClock, START_SECONDS } from '../security/support/test-clock.ts'
import { expectHostileTexts } from './hostile-texts.ts'

describe.concurrent('contract, while real time passes', () => {
  const cases = storageContract(async () => memory())
  test.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

describe('contract, with a clock', () => {
  const clock = createTestClock()
  const cases = storageContract(async () => memory({ clock }), {
    advance: (seconds) => clock.pass(seconds),
    now: () => clock.now(),
  })
  test.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

test('SEC-275 100,000 hostile keys, tags and values', { timeout: 120_000 }, async () => {
  await expectHostileTexts(memory())
})

test('SEC-283 lifetimes go by passed time, wherever the system clock is set to', async () => {
  const clock = createTestClock()
  const storage = memory({ clock })
  await storage.set('pending', new Uint8Array([1]), { ttlSeconds: 60 })
  clock.step(86_400)
  expect(await storage.get('pending')).toMatchObject({ expiresAt: START_SECONDS + 60 })
  clock.step(-172_800)
  clock.pass(60)
  expect(await storage.get('pending')).toBeUndefined()
})

test('what has expired is dropped while others are written', async () => {
  const clock = createTestClock()
  const dropped = vi.fn<(key: string) => void>()
  const map = createSweptMap<Mortal>(clock, dropped)
  for (let index = 0; index < 1_000; index += 1) map.set(`old ${index}`, { deadline: 61_000 })
  clock.pass(60)
  for (let index = 0; index < 500; index += 1) map.set(`new ${index}`, { deadline: Infinity })
  expect(map.keys()).toHaveLength(500)
  expect(dropped).toHaveBeenCalledTimes(1_000)
})

test('two storages have nothing in common', async () => {
  const [one, other] = [memory(), memory()]
  await one.set('key', new Uint8Array([1]))
  expect(await other.get('key')).toBeUndefined()
})
