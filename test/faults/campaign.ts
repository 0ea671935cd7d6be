import { runLane } from './lane.ts'
import type { Place } from './places.ts'

/** How often processes are killed, and where they write. */
export interface Campaign {
  readonly kills: number
  /** There are fewer kills where the time is over before. */
  readonly milliseconds: number
  readonly seed: number
  /** The stores of a lane, always the same in the same order; sealed ones are others. */
  readonly placesOf: (lane: number, isSealed: boolean) => readonly Place[]
}

/** What came of it. */
export interface CampaignReport {
  /** What is wrong, in a sentence each. */
  readonly faults: readonly string[]
  /** One for each store. */
  readonly stores: readonly StoreCounts[]
}

/** What came of it for one store. */
export interface StoreCounts {
  kills: number
  acknowledged: number
  /** Operations that were under way at a kill. */
  underWay: number
  /** Of those, how many had happened all the same. */
  happened: number
}

/** As many run beside each other. */
const LANES = 2

/**
 * Kills one worker after the other at random moments, and compares the stores with its ledger after
 * each, and once more with all ledgers in the end.
 */
export async function runCampaign(campaign: Campaign): Promise<CampaignReport> {
  const reports = await Promise.all(
    Array.from({ length: LANES }, (_, lane) => {
      const kills = Math.floor((campaign.kills + lane) / LANES)
      return runLane({ ...campaign, kills }, lane)
    }),
  )
  return {
    faults: reports.flatMap(({ faults }) => faults),
    stores: campaign.placesOf(0, false).map((_, place) => {
      const counts = reports.flatMap(({ stores }) => stores[place] ?? [])
      const sumOf = (name: keyof StoreCounts) =>
        counts.reduce((total, count) => total + count[name], 0)
      return {
        kills: sumOf('kills'),
        acknowledged: sumOf('acknowledged'),
        underWay: sumOf('underWay'),
        happened: sumOf('happened'),
      }
    }),
  }
}
