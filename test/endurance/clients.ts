import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Attempt, callOf, sendBroken } from './hostile.ts'
import type { EnduranceWorld } from './world.ts'

/** What came of the load so far. */
export interface Tally {
  served: number
  /** Requests of good clients that both gateways failed. */
  readonly failed: { readonly user: string; readonly status: number; readonly at: number }[]
  /** Answers with what is somebody else's. */
  readonly foreign: string[]
  /** Users whose connection was gone. */
  readonly lost: { readonly user: string; readonly at: number }[]
  hostile: number
  /** Of those, how many were refused as they are to be. */
  refused: number
  /** Attempts that were answered as none may be. */
  readonly breaches: string[]
  floods: number
  /** Of those of one principal, how many were served. */
  flooded: number
}

export function createTally(): Tally {
  const counts = { served: 0, hostile: 0, refused: 0, floods: 0, flooded: 0 }
  return { ...counts, failed: [], foreign: [], lost: [], breaches: [] }
}

/** Turns until the signal, each after a pause that is its own. */
async function repeat(
  signal: AbortSignal,
  pause: number,
  turn: (count: number) => Promise<void>,
): Promise<void> {
  await sleep(Math.random() * pause)
  for (let count = 0; !signal.aborted; count += 1) {
    await turn(count)
    await sleep(pause * (0.5 + Math.random()))
  }
}

export interface LoadParts {
  readonly world: EnduranceWorld
  readonly tally: Tally
  readonly signal: AbortSignal
  readonly pause: number
}

/** A client of a user, who connects again where the connection was lost. */
export async function runClient(parts: LoadParts, user: string, token: string): Promise<void> {
  const { world, tally, signal, pause } = parts
  await repeat(signal, pause, async () => {
    const text = randomUUID()
    const { status, body } = await world.balancer.send(callOf(token, 'echo', text))
    const at = performance.now()
    if (status === 409) {
      tally.lost.push({ user, at })
      return world.connect(user)
    }
    if (status !== 200) return void tally.failed.push({ user, status, at })
    const { result } = JSON.parse(body) as { readonly result: object }
    const expected = JSON.stringify({ sub: user, owner: user, text })
    if (JSON.stringify(result) === expected) tally.served += 1
    else tally.foreign.push(JSON.stringify({ expected, result }))
  })
}

/** Somebody who tries one thing after the other. */
export async function runAttacker(
  { world, tally, signal, pause }: LoadParts,
  attempts: readonly Attempt[],
  first: number,
): Promise<void> {
  // A proxy in front names the address; what came before it is the attacker's own word.
  const address = { 'x-forwarded-for': `203.0.113.1, 198.51.100.${first}` }
  await repeat(signal, pause, async (count) => {
    tally.hostile += 1
    const turn = first + count
    const attempt = attempts[turn % (attempts.length + 1)]
    const round = Math.floor(turn / (attempts.length + 1))
    if (attempt === undefined) return sendBroken(world, round, address)
    const { headers, ...request } = attempt.request
    const forwarded = { ...headers, ...address }
    const { status } = await world.balancer.send({ ...request, headers: forwarded })
    // Neither gateway: one had just died, and the other had no keys yet.
    if (status === 0 || status === 503) return
    if (status === attempt.status) tally.refused += 1
    else tally.breaches.push(`${attempt.name}: ${status}`)
  })
}

/** A good token that asks far more often than it may. */
export async function runFlood(
  { world, tally, signal, pause }: LoadParts,
  user: string,
  token: string,
): Promise<void> {
  await repeat(signal, pause / 10, async () => {
    tally.hostile += 1
    tally.floods += 1
    const { status } = await world.balancer.send(callOf(token, 'echo', 'flood'))
    if (status === 200) tally.flooded += 1
    else if (status === 409) await world.connect(user)
  })
}
