import type { Storage } from '../../src/storage/storage.ts'
import type { Campaign, CampaignReport, StoreCounts } from './campaign.ts'
import { checkEntries, findRevived, isFault } from './check-entries.ts'
import type { Entry } from './ledger.ts'
import { createRandom, type Random } from './random.ts'
import { startWorker, type Worker } from './start-worker.ts'
import { createStores, type Stores } from './stores.ts'

/** A worker that was killed, and is remembered until the end. */
interface Killed {
  readonly name: string
  readonly isSealed: boolean
  readonly entries: readonly Entry[]
}

/** A kill cuts off as many operations on each store, each wherever it is. */
const SLOTS = 6
/** Of the ledger: some 20 are there at once, and so many after some hundredths of a second. */
const MAX_LINES = 250
const MAX_MICROSECONDS = 1_000
/** One worker in so many seals its records. */
const SEALED_EVERY = 5

/** Workers one after the other, of which the next one gets ready while one is checked. */
export async function runLane(campaign: Campaign, lane: number): Promise<CampaignReport> {
  const { kills, milliseconds, seed: campaignSeed, placesOf } = campaign
  const random = createRandom(campaignSeed + lane)
  const deadline = performance.now() + milliseconds
  const stores = createStores()
  const counts = placesOf(lane, false).map(() => ({
    kills: 0,
    acknowledged: 0,
    underWay: 0,
    happened: 0,
  }))
  const faults: string[] = []
  const killed: Killed[] = []
  let next: Promise<Worker> | undefined
  const prepare = (run: number): Promise<Worker> => {
    const places = placesOf(lane, isSealedRun(run))
    const seed = random(2 ** 31)
    return startWorker({ places, name: `lane-${lane}/run-${run}`, slots: SLOTS, seed })
  }
  try {
    next = prepare(0)
    for (let run = 1; next !== undefined; run += 1) {
      const worker: Worker = await next
      next = run < kills && performance.now() < deadline ? prepare(run) : undefined
      await killAtRandom(worker, random)
      faults.push(...(await checkWorker(worker, stores, counts)))
      const { orders, ledger } = worker
      const isSealed = isSealedRun(run - 1)
      killed.push({ name: orders.name, isSealed, entries: ledger.entries })
    }
    for (const isSealed of [false, true]) {
      const known = killed.filter((worker) => worker.isSealed === isSealed)
      for (const [index, place] of placesOf(lane, isSealed).entries()) {
        faults.push(...(await checkAgain(known, index, await stores.open(place))))
      }
    }
  } finally {
    await (await next)?.kill()
    await stores.close()
  }
  return { faults, stores: counts }
}

function isSealedRun(run: number): boolean {
  return run % SEALED_EVERY === 0
}

async function killAtRandom(worker: Worker, random: Random): Promise<void> {
  worker.go()
  await worker.untilLines(1 + random(MAX_LINES))
  const until = performance.now() + random(MAX_MICROSECONDS) / 1_000
  while (performance.now() < until);
  await worker.kill()
}

/** @returns What is wrong. */
async function checkWorker(
  { orders, ledger }: Worker,
  stores: Stores,
  counts: readonly StoreCounts[],
): Promise<readonly string[]> {
  const faults = [...ledger.wrong, ...ledger.failures.map(({ error }) => error)]
  for (const [index, place] of orders.places.entries()) {
    const entries = ledger.entries.filter((entry) => entry.place === index)
    const outcomes = await checkEntries(await stores.open(place), orders.name, entries)
    faults.push(...outcomes.filter(isFault))
    const count = counts[index]
    if (count === undefined) continue
    const happened = outcomes.filter((outcome) => outcome === 'happened').length
    count.kills += 1
    count.acknowledged += ledger.acknowledgedBy(index)
    count.happened += happened
    count.underWay += happened + outcomes.filter((outcome) => outcome === 'open').length
  }
  await stores.closeFiles()
  return faults
}

/** What was there is still there, and what was gone has stayed away. */
async function checkAgain(
  killed: readonly Killed[],
  index: number,
  storage: Storage,
): Promise<readonly string[]> {
  const ofPlace = killed.map(({ name, entries }) => ({
    name,
    entries: entries.filter(
      (entry) => entry.place === index && (entry.state !== 0 || entry.pending !== undefined),
    ),
  }))
  const faults: string[] = [...(await findRevived(storage, ofPlace))]
  for (const { name, entries } of ofPlace) {
    const outcomes = await checkEntries(storage, name, entries)
    faults.push(...outcomes.filter(isFault))
  }
  return faults
}
