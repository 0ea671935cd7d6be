import { describe, expect, test } from 'vitest'
import { createSharedRead, type SharedRead } from '../../../src/discovery/shared-read.ts'
import { createTestClock, type TestClock } from '../../security/support/test-clock.ts'

/** A read that ends when and how the test says. */
function createRead(): {
  readonly shared: SharedRead<string>
  readonly clock: TestClock
  readonly begun: PromiseWithResolvers<string>[]
} {
  const clock = createTestClock()
  const begun: PromiseWithResolvers<string>[] = []
  const shared = createSharedRead(async () => {
    const read = Promise.withResolvers<string>()
    begun.push(read)
    return read.promise
  }, clock)
  return { shared, clock, begun }
}

describe('createSharedRead', () => {
  test('everybody who asks while a read is under way gets its outcome', async () => {
    const { shared, begun } = createRead()
    const asked = [shared.run(), shared.run(), shared.run()]
    expect(begun).toHaveLength(1)
    expect(shared.underWay).toBeDefined()
    begun[0]?.resolve('value')
    expect(await Promise.all(asked)).toEqual(['value', 'value', 'value'])
    expect(shared.underWay).toBeUndefined()
  })

  test('the next to ask after it begins another', async () => {
    const { shared, begun } = createRead()
    for (const value of ['first', 'second']) {
      const asked = shared.run()
      begun.at(-1)?.resolve(value)
      expect(await asked).toBe(value)
    }
    expect(begun).toHaveLength(2)
  })

  test('a failure reaches everybody, and is remembered until a success', async () => {
    const { shared, begun } = createRead()
    const asked = [shared.run(), shared.run()]
    const failure = new Error('down')
    begun[0]?.reject(failure)
    expect(await Promise.allSettled(asked)).toEqual([
      { status: 'rejected', reason: failure },
      { status: 'rejected', reason: failure },
    ])
    expect(shared.failure).toBe(failure)
    const again = shared.run()
    begun[1]?.resolve('value')
    await again
    expect(shared.failure).toBeUndefined()
  })

  test('what is thrown and is no error becomes one', async () => {
    const shared = createSharedRead(async () => {
      // oxlint-disable-next-line no-throw-literal -- code of others throws anything
      throw 'down'
    }, createTestClock())
    await expect(shared.run()).rejects.toBeInstanceOf(Error)
    expect(shared.failure?.message).toBe('down')
  })

  test('a read that throws before it begins is a failure like others', async () => {
    const shared = createSharedRead<string>(() => {
      throw new Error('at once')
    }, createTestClock())
    await expect(shared.run()).rejects.toThrow('at once')
    expect(shared.underWay).toBeUndefined()
  })

  test('after a failure there is a pause of 5 s, after a success none', async () => {
    const { shared, clock, begun } = createRead()
    expect(shared.isPaused()).toBe(false)
    const asked = shared.run()
    begun[0]?.reject(new Error('down'))
    await expect(asked).rejects.toThrow('down')
    expect(shared.isPaused()).toBe(true)
    clock.pass(4.999)
    expect(shared.isPaused()).toBe(true)
    clock.pass(0.001)
    expect(shared.isPaused()).toBe(false)
  })

  test('the pause counts from when the read began', async () => {
    const { shared, clock, begun } = createRead()
    const asked = shared.run()
    clock.pass(5)
    begun[0]?.reject(new Error('timeout'))
    await expect(asked).rejects.toThrow('timeout')
    expect(shared.isPaused()).toBe(false)
  })

  test('sinceLastAttempt counts from the beginning of the last read, failed or not', async () => {
    const { shared, clock, begun } = createRead()
    expect(shared.sinceLastAttempt()).toBe(Infinity)
    const asked = shared.run()
    clock.pass(2)
    expect(shared.sinceLastAttempt()).toBe(2_000)
    begun[0]?.reject(new Error('down'))
    await expect(asked).rejects.toThrow('down')
    clock.pass(1)
    expect(shared.sinceLastAttempt()).toBe(3_000)
  })

  test('reset forgets when the last read was and that it failed', async () => {
    const { shared, begun } = createRead()
    const asked = shared.run()
    begun[0]?.reject(new Error('down'))
    await expect(asked).rejects.toThrow('down')
    shared.reset()
    expect([shared.failure, shared.isPaused(), shared.sinceLastAttempt()]).toEqual([
      undefined,
      false,
      Infinity,
    ])
  })

  test('after a reset the next to ask begins a read of its own', async () => {
    const { shared, begun } = createRead()
    const early = shared.run()
    shared.reset()
    expect(shared.underWay).toBeUndefined()
    const late = shared.run()
    begun[0]?.resolve('early')
    begun[1]?.resolve('late')
    expect(await Promise.all([early, late])).toEqual(['early', 'late'])
  })

  test('the end of a read from before a reset neither ends nor fails the one after it', async () => {
    const { shared, begun } = createRead()
    const early = shared.run()
    shared.reset()
    const late = shared.run()
    begun[0]?.reject(new Error('down'))
    await expect(early).rejects.toThrow('down')
    expect(shared.underWay).toBeDefined()
    expect([shared.failure, shared.isPaused()]).toEqual([undefined, false])
    begun[1]?.resolve('late')
    expect(await late).toBe('late')
  })
})
