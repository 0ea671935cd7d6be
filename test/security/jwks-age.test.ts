import { afterEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/runtime/index.ts'
import { KEYS, startTokenGate, type TokenGate } from './support/token-gate.ts'

/** How often the keys are read when a token arrives at each of these seconds. */
async function readsAt(gate: TokenGate, seconds: readonly number[]): Promise<readonly number[]> {
  const reads: number[] = []
  let at = 0
  for (const second of seconds) {
    gate.clock.pass(second - at)
    at = second
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    reads.push(gate.reads(KEYS))
  }
  return reads
}

function publishWith(gate: TokenGate, cacheControl: string): void {
  const body = JSON.stringify(gate.issuer.jwks)
  gate.issuer.respond(KEYS, { body, headers: { 'Cache-Control': cacheControl } })
}

describe('SEC-072 the age of keys is what their issuer says, within 60 s and 1 h', () => {
  const LONGEST = ['max-age=31536000', 'public, max-age="31536000", immutable', 'max-age=3600']
  const SHORTEST = [
    'no-store',
    'no-cache',
    'max-age=0',
    'private, no-store, max-age=31536000',
    'max-age=59',
  ]
  const USUAL = ['', 'public', 'max-age=-1', 'max-age=x', 's-maxage=60', 'max-age=600']

  test.each(LONGEST)('SEC-072 %s: an hour', async (cacheControl) => {
    const gate = await startTokenGate()
    publishWith(gate, cacheControl)
    expect(await readsAt(gate, [0, 2_879])).toEqual([1, 1])
    const again = await startTokenGate()
    publishWith(again, cacheControl)
    expect(await readsAt(again, [0, 3_600])).toEqual([1, 2])
  })

  test.each(SHORTEST)('SEC-072 %s: a minute', async (cacheControl) => {
    const gate = await startTokenGate()
    publishWith(gate, cacheControl)
    expect(await readsAt(gate, [0, 1, 30, 47])).toEqual([1, 1, 1, 1])
    const again = await startTokenGate()
    publishWith(again, cacheControl)
    expect(await readsAt(again, [0, 60, 61, 120])).toEqual([1, 2, 2, 3])
  })

  test.each(USUAL)('SEC-072 "%s": ten minutes', async (cacheControl) => {
    const gate = await startTokenGate()
    publishWith(gate, cacheControl)
    expect(await readsAt(gate, [0, 479])).toEqual([1, 1])
    const again = await startTokenGate()
    publishWith(again, cacheControl)
    expect(await readsAt(again, [0, 600])).toEqual([1, 2])
  })

  test('SEC-072 no-store does not make every request a read', async () => {
    const gate = await startTokenGate()
    publishWith(gate, 'no-store')
    const asks = Array.from({ length: 100 }, (_, jti) => gate.ask(gate.token({ jti })))
    expect(await Promise.all(asks)).toEqual(asks.map(() => gate.admitted()))
    expect(gate.reads(KEYS)).toBe(1)
  })
})

describe('SEC-073 a stepped system clock makes keys neither fresh nor old', () => {
  test('SEC-073 an hour back: no read before the age is up, and one when it is', async () => {
    const gate = await startTokenGate()
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    gate.clock.step(-3_600)
    for (let asked = 0; asked < 100; asked += 1) {
      expect(await gate.ask(gate.token({ jti: asked }))).toEqual(gate.admitted())
    }
    expect(gate.reads(KEYS)).toBe(1)
    gate.clock.pass(600)
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    expect(gate.reads(KEYS)).toBe(2)
  })

  test('SEC-073 an hour back: a withdrawn key is not kept for longer', async () => {
    const gate = await startTokenGate()
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    gate.issuer.jwks.keys.length = 0
    gate.clock.step(-3_600)
    gate.clock.pass(600)
    expect(await gate.ask(gate.token())).toEqual(gate.refused('kid'))
  })

  test('SEC-073 ten years ahead: no read, and no key is lost', async () => {
    const gate = await startTokenGate()
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    gate.clock.step(10 * 31_536_000)
    for (let asked = 0; asked < 100; asked += 1) {
      expect(await gate.ask(gate.token({ jti: asked }))).toEqual(gate.admitted())
    }
    expect(gate.reads(KEYS)).toBe(1)
  })

  test('SEC-073 the pause after a failure is no longer either', async () => {
    const gate = await startTokenGate()
    gate.issuer.respond(KEYS, { status: 500 })
    expect(await gate.ask(gate.token())).toMatchObject({ status: 503 })
    gate.issuer.respond(KEYS, undefined)
    gate.clock.step(-3_600)
    gate.clock.pass(5)
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
  })

  test('SEC-073 expiry goes by the system clock, whatever time has passed', async () => {
    const gate = await startTokenGate()
    const token = gate.token({ exp: gate.clock.now() + 60 })
    expect(await gate.ask(token)).toEqual(gate.admitted())
    gate.clock.step(90)
    expect(await gate.ask(token)).toEqual(gate.refused('exp'))
    gate.clock.step(-30)
    expect(await gate.ask(token)).toEqual(gate.admitted())
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  test('SEC-073 the clock of the platform measures ages apart from the time of day', () => {
    const before = systemClock.elapsed()
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_999 })
    expect(systemClock.now()).toBe(1_000)
    vi.setSystemTime(0)
    expect(systemClock.now()).toBe(0)
    const after = systemClock.elapsed()
    expect(after).toBeGreaterThanOrEqual(before)
    expect(after - before).toBeLessThan(60_000)
  })
})
