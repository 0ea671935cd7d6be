import { describe, expect, test, vi } from 'vitest'
import {
  createRefreshedValue,
  type Loaded,
  type RefreshedValue,
} from '../../../src/discovery/refreshed-value.ts'
import { createTestClock, type TestClock } from '../../security/support/test-clock.ts'

type Read = () => Promise<Loaded<string>>

/** A value whose source is replaced by the test as it goes. */
function createValue(
  first: string,
  maxAgeSeconds?: number,
): {
  readonly value: RefreshedValue<string>
  readonly clock: TestClock
  readonly read: ReturnType<typeof vi.fn<Read>>
  readonly stale: ReturnType<typeof vi.fn<(error: Error) => void>>
  readonly failed: ReturnType<typeof vi.fn<(error: Error) => void>>
  readonly publish: (text: string) => void
  readonly fail: () => void
  /** The text alone; `value.get` has the version with it. */
  readonly text: () => Promise<string>
} {
  const clock = createTestClock()
  const read = vi.fn<Read>()
  const stale = vi.fn<(error: Error) => void>()
  const failed = vi.fn<(error: Error) => void>()
  const publish = (text: string): void => {
    read.mockImplementation(async () => ({ value: text, maxAgeSeconds }))
  }
  publish(first)
  const value = createRefreshedValue<string>({
    load: () => read(),
    clock,
    differs: (before, after) => before !== after,
    onStale: stale,
    onBackgroundFailure: failed,
  })
  const fail = (): void => {
    read.mockRejectedValue(new Error('down'))
  }
  const text = async (): Promise<string> => (await value.get()).value
  return { value, clock, read, stale, failed, publish, fail, text }
}

describe('the age of a value', () => {
  test.each([
    [undefined, 600],
    [0, 60],
    [59, 60],
    [60, 60],
    [61, 61],
    [3_600, 3_600],
    [3_601, 3_600],
    [31_536_000, 3_600],
  ])('max-age %s lasts for %i s', async (maxAge, seconds) => {
    const { value, clock, read, text } = createValue('a', maxAge)
    expect(value.isFresh()).toBe(false)
    expect(await text()).toBe('a')
    clock.pass(seconds - 0.001)
    expect(value.isFresh()).toBe(true)
    clock.pass(0.001)
    expect(value.isFresh()).toBe(false)
    await value.get()
    expect(read.mock.calls.length).toBeGreaterThan(1)
  })

  test('nothing is read before it is asked for, and then once', async () => {
    const { value, read, text } = createValue('a')
    expect([value.isFresh(), value.version, value.hasFailed()]).toEqual([false, 0, false])
    expect(read).not.toHaveBeenCalled()
    expect(await Promise.all([text(), text(), text()])).toEqual(['a', 'a', 'a'])
    expect(read).toHaveBeenCalledTimes(1)
  })

  test('the system clock has no part in it', async () => {
    const { value, clock, read } = createValue('a')
    await value.get()
    clock.step(-86_400)
    expect(value.isFresh()).toBe(true)
    clock.step(10 * 86_400)
    expect(value.isFresh()).toBe(true)
    expect(read).toHaveBeenCalledTimes(1)
  })
})

describe('refreshing ahead of time', () => {
  test('starts after 80% of the age, and nobody waits', async () => {
    const { value, clock, read, publish, text } = createValue('a', 100)
    await value.get()
    publish('b')
    clock.pass(79.999)
    expect(await text()).toBe('a')
    expect(read).toHaveBeenCalledTimes(1)
    clock.pass(0.001)
    expect(await text()).toBe('a')
    expect(read).toHaveBeenCalledTimes(2)
    await vi.waitFor(async () => expect(await text()).toBe('b'), 10_000)
  })

  test('starts one read for many requests', async () => {
    const { value, clock, read } = createValue('a', 100)
    await value.get()
    clock.pass(90)
    await Promise.all(Array.from({ length: 100 }, () => value.get()))
    expect(read).toHaveBeenCalledTimes(2)
  })

  test('a failure is reported, and pauses the next attempt for 5 s', async () => {
    const { value, clock, read, failed, stale, fail, text } = createValue('a', 100)
    await value.get()
    fail()
    clock.pass(80)
    expect(await text()).toBe('a')
    await vi.waitFor(() => expect(failed).toHaveBeenCalledWith(new Error('down')), 10_000)
    for (let asked = 0; asked < 10; asked += 1) expect(await text()).toBe('a')
    expect(read).toHaveBeenCalledTimes(2)
    clock.pass(5)
    expect(await text()).toBe('a')
    expect(read).toHaveBeenCalledTimes(3)
    expect(stale).not.toHaveBeenCalled()
  })

  test('one failed read is reported once, however many asked meanwhile', async () => {
    const { value, clock, failed, fail } = createValue('a', 100)
    await value.get()
    fail()
    clock.pass(80)
    await Promise.all(Array.from({ length: 100 }, () => value.get()))
    await vi.waitFor(() => expect(failed).toHaveBeenCalled(), 10_000)
    await new Promise((resolve) => setImmediate(resolve))
    expect(failed).toHaveBeenCalledTimes(1)
  })
})

describe('a value that cannot be refreshed', () => {
  test('is served for an hour past its age, and reported each time', async () => {
    const { value, clock, stale, fail, text } = createValue('a', 100)
    await value.get()
    fail()
    clock.pass(100)
    expect(await text()).toBe('a')
    expect(stale).toHaveBeenCalledTimes(1)
    clock.pass(3_600)
    expect(await text()).toBe('a')
    expect(stale).toHaveBeenCalledTimes(2)
    clock.pass(0.001)
    await expect(value.get()).rejects.toThrow('down')
    expect(value.isFresh()).toBe(false)
  })

  test('is asked for every 5 s at most', async () => {
    const { value, clock, read, fail, text } = createValue('a', 100)
    await value.get()
    fail()
    clock.pass(100)
    for (let second = 0; second < 20; second += 1) {
      expect(await text()).toBe('a')
      clock.pass(1)
    }
    expect(read).toHaveBeenCalledTimes(1 + 4)
  })

  test('that was never there is a failure, without another attempt for 5 s', async () => {
    const { value, clock, read, fail, publish, text } = createValue('a')
    fail()
    await expect(value.get()).rejects.toThrow('down')
    clock.pass(4.999)
    await expect(value.get()).rejects.toThrow('down')
    expect([read.mock.calls.length, value.hasFailed()]).toEqual([1, true])
    publish('a')
    clock.pass(0.001)
    expect(await text()).toBe('a')
    expect([read.mock.calls.length, value.hasFailed()]).toEqual([2, false])
  })
})

describe('refresh', () => {
  test('reads only when the last attempt is as long ago as the cooldown', async () => {
    const { value, clock, read, publish } = createValue('a')
    await value.get()
    publish('b')
    clock.pass(29.999)
    expect(await value.refresh(30)).toBeUndefined()
    clock.pass(0.001)
    expect(await value.refresh(30)).toMatchObject({ value: 'b', version: 2 })
    expect(await value.refresh(30)).toBeUndefined()
    expect(read).toHaveBeenCalledTimes(2)
  })

  test('joins a read that is under way', async () => {
    const { value, read } = createValue('a')
    const all = [value.get(), value.refresh(30), value.refresh(30)]
    const same = { value: 'a', version: 1 }
    expect(await Promise.all(all)).toMatchObject([same, same, same])
    expect(read).toHaveBeenCalledTimes(1)
  })

  test('a failed attempt counts for the cooldown too', async () => {
    const { value, clock, read, fail } = createValue('a')
    await value.get()
    fail()
    clock.pass(30)
    await expect(value.refresh(30)).rejects.toThrow('down')
    clock.pass(29)
    expect(await value.refresh(30)).toBeUndefined()
    expect([read.mock.calls.length, value.hasFailed()]).toEqual([2, true])
  })
})

describe('version and purge', () => {
  test('the version grows with every other value, and with no equal one', async () => {
    const { value, clock, publish } = createValue('a')
    await value.get()
    expect(value.version).toBe(1)
    clock.pass(600)
    await value.get()
    expect(value.version).toBe(1)
    publish('b')
    clock.pass(600)
    await value.get()
    expect(value.version).toBe(2)
  })

  test('a purged value is not served, however new, and not as a stale one', async () => {
    const { value, read, fail, stale } = createValue('a')
    await value.get()
    value.purge()
    expect([value.isFresh(), value.version]).toEqual([false, 2])
    fail()
    await expect(value.get()).rejects.toThrow('down')
    expect([read.mock.calls.length, stale.mock.calls.length]).toEqual([2, 0])
  })

  test('a purge ends the pause after a failure', async () => {
    const { value, fail, publish, text } = createValue('a')
    fail()
    await expect(value.get()).rejects.toThrow('down')
    value.purge()
    publish('a')
    expect(await text()).toBe('a')
  })

  test('a read that began before a purge is not what comes after it', async () => {
    const { value, read, publish, text } = createValue('old')
    const begun = Promise.withResolvers<Loaded<string>>()
    read.mockImplementationOnce(() => begun.promise)
    const early = value.get()
    value.purge()
    publish('new')
    const late = value.get()
    begun.resolve({ value: 'old', maxAgeSeconds: undefined })
    await early
    expect((await late).value).toBe('new')
    expect(await text()).toBe('new')
    expect((await value.get()).version).toBe(value.version)
  })
})
