import { appendFileSync } from 'node:fs'

/** `npm run test:faults` is the long run; every other one is short. */
const IS_LONG = process.env['FAULTS'] === 'long'

/** How much is done. */
export const SCALE: {
  readonly kills: number
  /** No more processes are killed then. */
  readonly killMilliseconds: number
  readonly serverKills: number
  readonly races: number
  readonly outages: number
  readonly replicaRounds: number
  readonly replicaKills: number
  readonly connectionRaces: number
  readonly connectionKills: number
} = IS_LONG
  ? {
      kills: 1_000,
      killMilliseconds: 180_000,
      serverKills: 10,
      races: 10_000,
      outages: 5,
      replicaRounds: 1_000,
      replicaKills: 20,
      connectionRaces: 1_000,
      connectionKills: 20,
    }
  : {
      kills: 20,
      killMilliseconds: 15_000,
      serverKills: 1,
      races: 500,
      outages: 1,
      replicaRounds: 10,
      replicaKills: 1,
      connectionRaces: 20,
      connectionKills: 1,
    }

/** For the whole of a long test. */
export const PATIENCE: number = IS_LONG ? 600_000 : 60_000

/**
 * What the random numbers of this file begin with, or `FAULTS_SEED`. The same choices are made again
 * then; the moments of the kills also depend on the machine, and do NOT come again.
 */
export const SEED: number = Number(
  process.env['FAULTS_SEED'] ?? Math.floor(Math.random() * 2 ** 31),
)

/** A row of the table in docs/reliability.md. */
export interface Figure {
  readonly what: string
  readonly store: string
  readonly found: string
}

/** Hands a row to `run.ts`, where that has started this run. */
export function report(figure: Figure): void {
  const file = process.env['FAULTS_FIGURES']
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(figure)}\n`)
}
