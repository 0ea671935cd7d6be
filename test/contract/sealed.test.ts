import { storageContract } from 'mcp-gatehouse/testing'
import { describe, expect, test } from 'vitest'
import { memory, type Storage } from '../../src/storage/index.ts'
import { reseal } from '../../src/storage/reseal.ts'
import { sealed } from '../../src/storage/sealed.ts'
import { createTestClock } from '../security/support/test-clock.ts'
import { newRing, rotatingRing } from '../unit/storage/sealed-support.ts'

/** A sealed value is longer than itself, so the longest of all has no room. */
const TOO_LONG = 'a value has up to 16 MiB, and is bytes'

function contractOf(open: () => Promise<Storage>, clock = createTestClock()) {
  return storageContract(open, {
    advance: (seconds) => clock.pass(seconds),
    now: () => clock.now(),
  }).filter(({ name }) => name !== TOO_LONG)
}

describe('contract, sealed', () => {
  const clock = createTestClock()
  const cases = contractOf(async () => sealed(memory({ clock }), await newRing()), clock)
  test.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })

  test('a value has up to 16 MiB less 128 KiB', async () => {
    const storage = await sealed(memory(), await newRing())
    const value = new Uint8Array(16 * 1_048_576 - 131_072)
    const tags = Array.from({ length: 16 }, (_, index) => `${index}`.padEnd(1_024, '\u0001'))
    expect(await storage.set('key', value, { tags })).toBe(true)
    expect((await storage.get('key'))?.value).toHaveLength(value.length)
    await expect(storage.set('key', new Uint8Array(16 * 1_048_576))).rejects.toMatchObject({
      code: 'ERR_STORAGE_INPUT',
    })
  })
})

describe('contract, sealed, while the keys are rotated and all records are sealed anew', () => {
  const clock = createTestClock()
  const cases = contractOf(async () => {
    const { ring, rotate } = await rotatingRing()
    const store = memory({ clock })
    const storage = await sealed(store, ring)
    const timer = setInterval(() => void rotate().then(() => reseal(store, ring, { clock })), 5)
    return {
      ...storage,
      async close() {
        clearInterval(timer)
        await storage.close()
      },
    }
  }, clock)
  test.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
