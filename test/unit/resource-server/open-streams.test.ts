import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  createOpenStreams,
  type OpenStream,
  type OpenStreams,
} from '../../../src/resource-server/open-streams.ts'
import { createTestClock, START_SECONDS } from '../../security/support/test-clock.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(() => {
  vi.useRealTimers()
})

function start(options: { maxStreamsPerPrincipal?: number } = {}) {
  const clock = createTestClock()
  const streams = createOpenStreams({
    clock,
    maxCallSeconds: 100,
    maxStreamsPerPrincipal: 2,
    ...options,
  })
  return { clock, streams }
}

/** Opens a stream that counts how often it was ended. */
function open(streams: OpenStreams, changes: Partial<OpenStream> = {}) {
  const end = vi.fn<() => void>()
  const close = streams.open({
    owner: 'alice',
    kind: 'listening',
    expiresAt: START_SECONDS + 60,
    isRevoked: async () => false,
    end,
    ...changes,
  })
  return { end, close }
}

describe('expiry', () => {
  test('a stream that listens ends with its token', async () => {
    const { clock, streams } = start()
    const { end } = open(streams)
    clock.pass(59)
    await streams.sweep()
    expect(end).not.toHaveBeenCalled()
    clock.pass(1)
    await streams.sweep()
    await streams.sweep()
    expect(end).toHaveBeenCalledOnce()
  })

  test('the answer of a call may go on, but not for ever', async () => {
    const { clock, streams } = start()
    const { end } = open(streams, { kind: 'call' })
    clock.pass(159)
    await streams.sweep()
    expect(end).not.toHaveBeenCalled()
    clock.pass(1)
    await streams.sweep()
    expect(end).toHaveBeenCalledOnce()
  })

  test('is looked for every 15 seconds, as long as something is open', async () => {
    const { clock, streams } = start()
    expect(vi.getTimerCount()).toBe(0)
    const [first, second] = [open(streams), open(streams, { expiresAt: START_SECONDS + 600 })]
    expect(vi.getTimerCount()).toBe(1)
    clock.pass(60)
    await vi.advanceTimersByTimeAsync(14_999)
    expect(first.end).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(first.end).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(1)
    second.close()
    expect(vi.getTimerCount()).toBe(0)
    open(streams)
    expect(vi.getTimerCount()).toBe(1)
  })
})

describe('revocation', () => {
  test.each(['listening', 'call'] as const)('ends a stream of the kind %s', async (kind) => {
    const { streams } = start()
    let isRevoked = false
    const { end } = open(streams, { kind, isRevoked: async () => isRevoked })
    await streams.sweep()
    expect(end).not.toHaveBeenCalled()
    isRevoked = true
    await streams.sweep()
    expect(end).toHaveBeenCalledOnce()
  })

  test('that cannot be found out ends a stream after a minute', async () => {
    const { clock, streams } = start()
    let isDown = true
    const isRevoked = (): Promise<boolean> =>
      isDown ? Promise.reject(new Error('store is down')) : Promise.resolve(false)
    const { end } = open(streams, { expiresAt: START_SECONDS + 6_000, isRevoked })
    clock.pass(59)
    await streams.sweep()
    isDown = false
    await streams.sweep()
    isDown = true
    clock.pass(59)
    await streams.sweep()
    expect(end).not.toHaveBeenCalled()
    clock.pass(1)
    await streams.sweep()
    expect(end).toHaveBeenCalledOnce()
  })

  test('that is found out late ends nothing that is over', async () => {
    const { streams } = start()
    const asked = Promise.withResolvers<boolean>()
    const { end, close } = open(streams, { isRevoked: () => asked.promise })
    const swept = streams.sweep()
    close()
    asked.resolve(true)
    await swept
    expect(end).not.toHaveBeenCalled()
    expect([streams.countListening('alice'), vi.getTimerCount()]).toEqual([0, 0])
  })

  test('that is never found out ends a stream after a minute, and is asked for once', async () => {
    const { clock, streams } = start()
    const isRevoked = vi.fn<() => Promise<boolean>>(() => new Promise(() => undefined))
    const { end } = open(streams, { expiresAt: START_SECONDS + 6_000, isRevoked })
    for (let round = 0; round < 4; round += 1) {
      await vi.advanceTimersByTimeAsync(15_000)
      expect(end).not.toHaveBeenCalled()
      clock.pass(15)
    }
    await vi.advanceTimersByTimeAsync(15_000)
    expect(end).toHaveBeenCalledOnce()
    expect(isRevoked).toHaveBeenCalledOnce()
  })

  test('of one stream does not wait for that of another', async () => {
    const { streams } = start({ maxStreamsPerPrincipal: 9 })
    open(streams, { isRevoked: () => new Promise<boolean>(() => undefined) })
    const { end } = open(streams, { isRevoked: async () => true })
    void streams.sweep()
    await vi.waitFor(() => expect(end).toHaveBeenCalledOnce(), 10_000)
  })
})

describe('counting', () => {
  test('streams that listen are counted per owner, calls are not', () => {
    const { streams } = start()
    const first = open(streams)
    open(streams, { kind: 'call' })
    open(streams, { owner: 'bob' })
    open(streams)
    expect(['alice', 'bob', 'carol'].map((owner) => streams.countListening(owner))).toEqual([
      2, 1, 0,
    ])
    first.close()
    first.close()
    expect(streams.countListening('alice')).toBe(1)
  })

  test('answers of calls take no room from streams that listen, and give none', () => {
    const { streams } = start()
    const calls = Array.from({ length: 3 }, () => open(streams, { kind: 'call' }))
    const listening = [open(streams), open(streams)]
    for (const { close } of calls) close()
    expect(streams.countListening('alice')).toBe(2)
    const ended = [...calls, ...listening].filter(({ end }) => end.mock.calls.length > 0)
    expect(ended).toEqual([])
  })

  test('one too many is ended at once, and the others stay', async () => {
    const { streams } = start()
    const [first, second, third] = [open(streams), open(streams), open(streams)]
    expect([first, second, third].map(({ end }) => end.mock.calls.length)).toEqual([0, 0, 1])
    expect(streams.countListening('alice')).toBe(2)
    third.close()
    expect(streams.countListening('alice')).toBe(2)
  })

  test('what ended by itself makes room', async () => {
    const { clock, streams } = start()
    open(streams)
    open(streams)
    clock.pass(60)
    await streams.sweep()
    expect([streams.countListening('alice'), vi.getTimerCount()]).toEqual([0, 0])
  })
})
