import { storedRevocations } from 'mcp-gatehouse'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { memory } from '../../src/storage/index.ts'
import { redis } from '../../src/storage/redis.ts'
import { sqlite } from '../../src/storage/sqlite.ts'
import { bytes, read } from '../../src/testing/storage-contract/world.ts'
import { openAs } from '../contract/next-release.ts'
import { missingProgram } from '../contract/programs.ts'
import { startRedisServer } from '../contract/redis-server.ts'
import { targetKinds } from '../contract/targets.ts'
import { createTestFolder } from '../contract/test-folder.ts'
import { createTestClock, START_SECONDS } from './support/test-clock.ts'
import { startIssuer, startTokenGate, unavailable } from './support/token-gate.ts'

const folder = createTestFolder()
const TEN_MINUTES = 600
/** Seconds since the epoch: a day into 2038, 2106 and 2200, past what 31, 32 and 33 bits hold. */
const LATE = [2_147_570_048, 4_295_053_696, 7_258_204_800]

afterEach(() => {
  vi.useRealTimers()
})

const noRedis = missingProgram('redis-server')
test.skipIf(noRedis !== '')(
  `SEC-356 the store of revocations is down: 503 and no invalid_token where it is needed, and nothing where it is not${noRedis}`,
  { timeout: 60_000 },
  async () => {
    const server = await startRedisServer()
    const storage = redis(server.url, { timeoutSeconds: 1 })
    const issuer = await startIssuer()
    const gate = await startTokenGate({ issuer, revocations: storedRevocations(storage) })
    const free = await startTokenGate({ issuer, forge: gate.forge })
    let latest = server
    onTestFinished(async () => {
      await storage.close()
      await latest.stop()
    })
    const token = gate.token()
    await expect.poll(() => gate.ask(token)).toEqual(gate.admitted())
    await server.stop()
    const { audit: _code, ...unavailableNow } = unavailable('')
    // Of a token that was seen before, and of one that was not.
    for (const asked of [token, gate.token({ jti: 'new' })]) {
      expect(await gate.ask(asked)).toMatchObject(unavailableNow)
      expect(await free.ask(asked)).toEqual(free.admitted())
    }
    latest = await startRedisServer([], server.port)
    await expect.poll(() => gate.ask(token)).toEqual(gate.admitted())
  },
)

describe('SEC-358 the system clock is set', () => {
  test.each([TEN_MINUTES, -TEN_MINUTES, 1, -1])(
    'by %i s: tokens go by it, and what was read from the issuer does not',
    async (step) => {
      const gate = await startTokenGate()
      const token = gate.token()
      expect(await gate.ask(token)).toEqual(gate.admitted())
      gate.clock.step(step)
      const refused = gate.refused(step > 0 ? 'exp' : 'iat')
      const isWithinLeeway = Math.abs(step) < 30
      expect(await gate.ask(token)).toEqual(isWithinLeeway ? gate.admitted() : refused)
      expect(await gate.ask(gate.token())).toEqual(gate.admitted())
      expect(gate.reads('/jwks')).toBe(1)
      gate.clock.step(-step)
      expect(await gate.ask(token)).toEqual(gate.admitted())
    },
  )

  test.each(LATE)('to %i, past what fewer bits hold: tokens are judged as ever', async (now) => {
    const gate = await startTokenGate()
    gate.clock.step(now - START_SECONDS)
    const token = gate.token()
    expect(await gate.ask(token)).toEqual(gate.admitted())
    expect(await gate.ask(gate.token({ exp: now - 31 }))).toEqual(gate.refused('exp'))
    expect(await gate.ask(gate.token({ iat: now + 31 }))).toEqual(gate.refused('iat'))
  })

  test('lifetimes in memory go by passed time', async () => {
    const clock = createTestClock()
    const storage = memory({ clock })
    await storage.set('key', bytes('value'), { ttlSeconds: 60 })
    for (const step of [TEN_MINUTES, -2 * TEN_MINUTES, 1, -1]) {
      clock.step(step)
      expect(await read(storage, 'key')).toBe('value')
    }
    clock.pass(60)
    expect(await storage.get('key')).toBeUndefined()
  })

  test('lifetimes in SQLite go by the system clock, and end there', async () => {
    const clock = createTestClock()
    const storage = sqlite(folder.file('steps.db'), { now: () => clock.now() * 1_000 })
    await storage.set('stays', bytes('value'))
    await storage.set('key', bytes('value'), { ttlSeconds: 300 })
    const lock = await storage.lock('lock', 300)
    clock.step(-TEN_MINUTES)
    expect(await read(storage, 'key')).toBe('value')
    expect(await storage.lock('lock', 300)).toBeUndefined()
    clock.step(2 * TEN_MINUTES)
    expect(await storage.get('key')).toBeUndefined()
    const later = await storage.lock('lock', 300)
    expect(later?.fence).toBeGreaterThan(lock?.fence ?? Infinity)
    expect(await read(storage, 'stays')).toBe('value')
    await storage.close()
  })

  test.each(LATE)('to %i: a lifetime in SQLite is what it says', async (now) => {
    const clock = createTestClock()
    clock.step(now - START_SECONDS)
    const storage = sqlite(folder.file(`${now}.db`), { now: () => clock.now() * 1_000 })
    await storage.set('key', bytes('value'), { ttlSeconds: 60 })
    expect(await storage.get('key')).toMatchObject({ expiresAt: now + 60 })
    clock.pass(59)
    expect(await storage.get('key')).toBeDefined()
    clock.pass(1)
    expect(await storage.get('key')).toBeUndefined()
    await storage.close()
  })
})

for (const { name, missing, create } of await targetKinds(folder)) {
  if (name === 'SQLite') continue
  describe.skipIf(missing !== '')(`SEC-359 two nodes on ${name}, 60 s apart${missing}`, () => {
    const target = create()

    test('see the same records for as long: the clock of the server counts', async () => {
      vi.useFakeTimers({ toFake: ['Date'] })
      const real = Date.now()
      const [ahead, behind] = [await openAs('this', target), await openAs('this', target)]
      const at = <Result>(seconds: number, call: () => Result): Result => {
        vi.setSystemTime(real + seconds * 1_000)
        return call()
      }
      for (const [writer, offset, reader] of [
        [ahead, 30, behind],
        [behind, -30, ahead],
      ] as const) {
        const options = { ttlSeconds: 20 }
        await at(offset, () => writer.set('code', bytes('code'), options))
        await at(offset, () => writer.set('state', bytes('state'), options))
        const lock = await at(offset, () => writer.lock('lock', 20))
        expect(await at(-offset, () => reader.lock('lock', 20))).toBeUndefined()
        expect(await at(-offset, () => read(reader, 'state'))).toBe('state')
        const takers = [ahead, behind, ahead, behind].map((node) => node.take('code'))
        const taken = (await Promise.all(takers)).filter((record) => record !== undefined)
        expect(taken).toHaveLength(1)
        expect(await lock?.release()).toBe(true)
      }
      await Promise.all([ahead.close(), behind.close()])
    })
  })
}

test('SEC-359 tokens are taken by both of two nodes whose clocks are 60 s apart', async () => {
  const issuer = await startIssuer()
  const ahead = await startTokenGate({ issuer })
  const behind = await startTokenGate({ issuer, forge: ahead.forge })
  ahead.clock.step(30)
  behind.clock.step(-30)
  // The issuer's clock is right; each node is within the leeway of 30 s.
  const claims = { iat: START_SECONDS, nbf: START_SECONDS, exp: START_SECONDS + 60 }
  for (const gate of [ahead, behind]) {
    expect(await gate.ask(ahead.token(claims))).toEqual(gate.admitted())
  }
})
