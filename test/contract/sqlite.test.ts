import { storageContract } from 'mcp-gatehouse/testing'
import { describe, expect, test } from 'vitest'
import { sqlite } from '../../src/storage/sqlite.ts'
import { createTestClock, START_SECONDS } from '../security/support/test-clock.ts'
import { expectHostileTexts } from './hostile-texts.ts'
import { createTestFolder } from './test-folder.ts'

const folder = createTestFolder()

describe.concurrent('contract, two connections to one file', () => {
  const open = async () => sqlite(folder.file('contract.db'))
  test.each(storageContract(open, { isShared: true }))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

describe('contract, with a clock', () => {
  const clock = createTestClock()
  const open = async () => sqlite(folder.file('clock.db'), { now: () => clock.now() * 1_000 })
  const options = {
    advance: (seconds: number) => clock.pass(seconds),
    now: () => clock.now(),
  }
  test.each(storageContract(open, options))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

test('SEC-275 100,000 hostile keys, tags and values', { timeout: 120_000 }, async () => {
  await expectHostileTexts(sqlite(folder.file('property.db')))
})

test('SEC-283 records with a lifetime expire although the system clock was set back, others never', async () => {
  const clock = createTestClock()
  const storage = sqlite(folder.file('step.db'), { now: () => clock.now() * 1_000 })
  await storage.set('pending', new Uint8Array([1]), { ttlSeconds: 60 })
  await storage.set('credential', new Uint8Array([2]))
  clock.step(-3_600)
  expect(await storage.get('pending')).toMatchObject({ expiresAt: START_SECONDS + 60 })
  clock.pass(3_660)
  expect(await storage.get('pending')).toBeUndefined()
  clock.step(1_000_000_000)
  expect(await storage.get('credential')).toMatchObject({ expiresAt: undefined })
  await storage.close()
})
