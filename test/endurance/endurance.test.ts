import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { missingService, POSTGRES_URL } from '../contract/services.ts'
import { cleanUp } from '../faults/clean-up.ts'
import { report } from '../faults/scale.ts'
import {
  createTally,
  type LoadParts,
  runAttacker,
  runClient,
  runFlood,
  type Tally,
} from './clients.ts'
import { createAttempts } from './hostile.ts'
import { type Sample, slopePerTenMinutes } from './memory-slope.ts'
import { OUTAGES, PATIENCE, SCALE } from './scale.ts'
import { type EnduranceWorld, openEnduranceWorld } from './world.ts'

const NAME = `endurance_${randomUUID().replaceAll('-', '')}`
const missing = (await missingService('Redis')) || (await missingService('PostgreSQL'))
const CLIENTS = 100
const FLOOD_FACTOR = 10
const MOST_LOST_SHARE = 0.001
const MOST_BYTES = 1_048_576
/** What the death of a gateway may cost: the token that was on its way from the service to the store. */
const IN_FLIGHT_MILLISECONDS = 3_000

describe.skipIf(missing !== '')(`two gateways over one PostgreSQL and one Redis${missing}`, () => {
  afterAll(() => cleanUp(NAME))

  test(`${CLIENTS} clients for ${SCALE.milliseconds / 1_000} s, half of the traffic hostile, a gateway killed, the keys away`, {
    timeout: PATIENCE,
  }, async () => {
    const world = await openEnduranceWorld(NAME, POSTGRES_URL, SCALE.perMinute)
    const tally = createTally()
    const { kills, samples } = await endure(world, tally)
    const { failed, lost, served, hostile } = tally

    expect(tally.foreign).toEqual([])
    expect(tally.breaches).toEqual([])
    expect(world.upstream.leaked).toEqual([])
    const lostShare = failed.length / (served + failed.length)
    expect(lostShare > MOST_LOST_SHARE ? explain(tally, kills) : '').toBe('')
    expect(lost.filter((loss) => !wasInFlight(world, loss, kills))).toEqual([])
    expect(lost.length).toBeLessThanOrEqual(kills.length)
    // Windows are fixed: the first and the last one may be used up as well.
    const windows = Math.ceil(SCALE.milliseconds / 60_000) + 1
    expect(tally.flooded).toBeGreaterThan(0)
    // While Redis does not answer, each of the two lets a quarter of it through by itself.
    expect(tally.flooded).toBeLessThanOrEqual(windows * SCALE.perMinute * 1.5)
    expect(world.ledger.renewals).toBeGreaterThan(CLIENTS / 10)
    const slope = slopePerTenMinutes(samples)
    expect(SCALE.isMemoryJudged ? slope : 0).toBeLessThan(MOST_BYTES)
    const share = (served / (served + failed.length)) * 100
    report({
      what: `two gateways, ${CLIENTS} clients for ${SCALE.milliseconds / 60_000} minutes, one gateway killed ${kills.length} times (SIGKILL), the keys of the issuer away for ${Math.round(outageMilliseconds() / 1_000)} s`,
      store: 'PostgreSQL, Redis',
      found: `${share.toFixed(3)} % of ${count(served + failed.length)} requests served, of which the balancer asked the other gateway for ${count(world.balancer.retries)}; ${count(hostile)} hostile ones, none served; ${count(world.ledger.renewals)} tokens of a service renewed, ${lost.length} lost; memory ${(slope / MOST_BYTES).toFixed(2)} MiB in ten minutes`,
    })
  })
})

const count = (value: number): string => value.toLocaleString('en')

/** Which answers the failed requests had, and how long after the death of a gateway. */
function explain({ failed }: Tally, kills: readonly number[]): string {
  const lines = failed.map(({ status, at }) => {
    const kill = kills.findLast((killedAt) => killedAt < at)
    return kill === undefined ? `${status}` : `${status} after ${Math.floor((at - kill) / 1_000)} s`
  })
  return [...new Set(lines)]
    .map((line) => `${lines.filter((other) => other === line).length} × ${line}`)
    .join(', ')
}

interface Endured {
  /** When a gateway was killed, by `performance.now()`. */
  readonly kills: readonly number[]
  /** Memory of the gateway that nobody killed. */
  readonly samples: readonly Sample[]
}

/** Runs the load, and lets happen to the gateways what happens. */
async function endure(world: EnduranceWorld, tally: Tally): Promise<Endured> {
  const users = Array.from({ length: CLIENTS }, (_, index) => `user-${index}`)
  await Promise.all([...users, 'flooder'].map((user) => world.connect(user)))
  const { issuer } = world.issuer
  const revoked = await world.mint('revoked')
  await world.survivor.revoke({ issuer, subject: 'revoked' })
  const attempts = await createAttempts(world, revoked)
  const tokens = await Promise.all(users.map((user) => world.mint(user)))
  const flooder = await world.mint('flooder')

  const stopping = new AbortController()
  const { signal } = stopping
  const parts: LoadParts = { world, tally, signal, pause: SCALE.pauseMilliseconds }
  const load = [
    ...users.map((user, index) => runClient(parts, user, tokens[index] ?? '')),
    ...users.slice(FLOOD_FACTOR).map((_, index) => runAttacker(parts, attempts, index)),
    runFlood(parts, 'flooder', flooder),
  ]
  const kills: number[] = []
  const samples: Sample[] = []
  const happenings = [
    killAgain(world, signal, kills),
    sample(world, signal, samples),
    haveOutages(world),
  ]
  await sleep(SCALE.milliseconds)
  stopping.abort()
  await Promise.all([...load, ...happenings])
  return { kills, samples }
}

async function killAgain(
  world: EnduranceWorld,
  signal: AbortSignal,
  kills: number[],
): Promise<void> {
  for (;;) {
    await sleep(SCALE.killMilliseconds, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    kills.push(performance.now())
    await world.restart()
  }
}

/** A gateway that starts meanwhile knows no key; the other one goes on with those that it has. */
async function haveOutages({ issuer }: EnduranceWorld): Promise<void> {
  const { pathname } = new URL(issuer.jwksUri)
  let share = 0
  for (const { from, to } of OUTAGES) {
    await sleep(SCALE.milliseconds * (from - share))
    issuer.respond(pathname, { status: 503 })
    await sleep(SCALE.milliseconds * (to - from))
    issuer.respond(pathname, undefined)
    share = to
  }
}

function outageMilliseconds(): number {
  return OUTAGES.reduce((sum, { from, to }) => sum + (to - from) * SCALE.milliseconds, 0)
}

async function sample(
  { survivor }: EnduranceWorld,
  signal: AbortSignal,
  samples: Sample[],
): Promise<void> {
  while (!signal.aborted) {
    samples.push({ at: performance.now(), bytes: await survivor.usedBytes() })
    await sleep(5_000, undefined, { signal }).catch(() => undefined)
  }
}

/** Whether a gateway had died before the loss, when the service had just given the user tokens. */
function wasInFlight(
  { ledger }: EnduranceWorld,
  { user, at }: Tally['lost'][number],
  kills: readonly number[],
): boolean {
  const renewals = ledger.renewedAt(user)
  return kills.some(
    (kill) => kill < at && renewals.some((one) => Math.abs(kill - one) < IN_FLIGHT_MILLISECONDS),
  )
}
