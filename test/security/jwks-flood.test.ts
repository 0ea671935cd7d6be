import { randomUUID } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { withSignature } from './support/token-forge.ts'
import { KEYS, METADATA, RESOURCE, startTokenGate, type TokenGate } from './support/token-gate.ts'

const FLOOD = 10_000
const SECONDS = 60

/** A token with a kid that nobody has, for which nobody computed a signature. */
function randomToken(gate: TokenGate): string {
  return withSignature(gate.header({ kid: randomUUID() }), gate.claims(), Buffer.alloc(64, 1))
}

function requestWith(token: string): Request {
  return new Request(RESOURCE, { headers: { authorization: `Bearer ${token}` } })
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as (options: { type: 'minor' }) => void

function percentile99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Infinity
}

describe('SEC-067 a flood of unknown kids', () => {
  test('SEC-067 10,000 of them in 60 s: at most two reads, and each is U401(kid)', async () => {
    const gate = await startTokenGate()
    await gate.gatehouse.warmUp()
    gate.clock.pass(100)
    const reasons = new Map<string, number>()
    for (let sent = 0; sent < FLOOD; sent += 1) {
      const { status } = (await gate.gatehouse.authenticate(
        requestWith(randomToken(gate)),
      )) as Response
      const event = gate.events.at(-1)
      const reason = event?.type === 'auth.deny' ? `${status} ${event.reason}` : event?.type
      reasons.set(String(reason), (reasons.get(String(reason)) ?? 0) + 1)
      gate.clock.pass(SECONDS / FLOOD)
    }
    expect([...reasons]).toEqual([['401 kid', FLOOD]])
    expect(gate.events).toHaveLength(FLOOD)
    expect([gate.reads(METADATA), gate.reads(KEYS)]).toEqual([1, 1 + 2])
    expect(await gate.ask(randomToken(gate))).toEqual(gate.refused('kid'))
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
  })

  test('SEC-067 all at once: one read', async () => {
    const gate = await startTokenGate()
    await gate.gatehouse.warmUp()
    gate.clock.pass(100)
    const asks = Array.from({ length: 1_000 }, () => gate.ask(randomToken(gate)))
    expect(await Promise.all(asks)).toEqual(asks.map(() => gate.refused('kid')))
    expect(gate.reads(KEYS)).toBe(2)
  })

  test('SEC-067 nobody with a known kid waits for the read that a flood has started', async () => {
    const gate = await startTokenGate()
    const known = gate.token()
    expect(await gate.ask(known)).toEqual(gate.admitted())
    gate.issuer.respond(KEYS, { body: '{', hang: true })
    gate.clock.pass(100)
    const waiting = gate.gatehouse.authenticate(requestWith(randomToken(gate)))
    await expect.poll(() => gate.reads(KEYS)).toBe(2)
    expect(await gate.ask(known)).toEqual(gate.admitted())
    expect(await gate.ask(gate.token({ jti: 'never seen' }))).toEqual(gate.admitted())
    await gate.issuer.close()
    expect(await waiting).toMatchObject({ status: 503 })
  })

  test('SEC-067 the 99th percentile of others is below twice that among as many good tokens', async () => {
    const gate = await startTokenGate()
    let minted = 0
    const goodToken = (): string => {
      minted += 1
      return gate.token({ jti: minted })
    }
    /** Microseconds of CPU of one admission; other processes and the garbage before it left out. */
    const costOfOne = async (): Promise<number> => {
      const request = requestWith(goodToken())
      collectGarbage({ type: 'minor' })
      const before = process.cpuUsage()
      const admission = await gate.gatehouse.authenticate(request)
      const { user, system } = process.cpuUsage(before)
      expect(admission).not.toBeInstanceOf(Response)
      return user + system
    }
    const round = async (neighbour: () => string): Promise<number> => {
      const costs: number[] = []
      for (let asked = 0; asked < 200; asked += 1) {
        for (let sent = 0; sent < 3; sent += 1) {
          await gate.gatehouse.authenticate(requestWith(neighbour()))
        }
        gate.clock.pass(0.02)
        costs.push(await costOfOne())
      }
      return percentile99(costs)
    }
    await round(goodToken)
    // Whatever else goes on lengthens a round, and nothing shortens one: the shortest ones count.
    let [baseline, flooded] = [Infinity, Infinity]
    for (let rounds = 0; rounds < 20 && (rounds < 3 || flooded >= 2 * baseline); rounds += 1) {
      baseline = Math.min(baseline, await round(goodToken))
      flooded = Math.min(flooded, await round(() => randomToken(gate)))
    }
    expect(flooded).toBeLessThan(2 * baseline)
  })
})
