import { operationsPerSecond } from '../in-flight.ts'
import type { Measurement } from '../measurement.ts'
import { compare, type Side } from '../rounds.ts'
import { randomValue, STORES, type StorePair, TTL_SECONDS } from '../stores/index.ts'

const CALLERS = 16
const RECORDS_PER_ROUND = 8
const ROUNDS = { rounds: 60, warmup: 5, seconds: 20 }

/** What one caller does: says whether it was the one that got the record. */
type Take = (key: string) => Promise<boolean>

/** 16 callers that all want the same records, sealed ÷ by the driver alone. */
export async function measure(): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = []
  for (const open of STORES) {
    const pair = await open()
    const comparison = await compare({ ...ROUNDS, ...createSides(pair) })
    measurements.push({
      what: `${pair.name}: records taken by one of ${CALLERS} callers, sealed ÷ by the driver alone`,
      budget: { atLeast: 0.8 },
      ...comparison,
    })
    await pair.close()
  }
  return measurements
}

function createSides({ storage, bare }: StorePair): { subject: Side; reference: Side } {
  const value = randomValue()
  return {
    subject: createSide(
      (key) => storage.set(key, value, { ttlSeconds: TTL_SECONDS }),
      async (key) => (await storage.take(key)) !== undefined,
    ),
    reference: createSide(
      (key) => bare.set(key, value),
      async (key) => (await bare.take(key)) !== undefined,
    ),
  }
}

/** Writes records, and then counts how many calls per second it takes to give them all away. */
function createSide(write: (key: string) => Promise<unknown>, take: Take): Side {
  const keys = Array.from({ length: RECORDS_PER_ROUND }, (_, index) => `code:tenant-a:${index}`)
  return async () => {
    await Promise.all(keys.map(write))
    let taken = 0
    const perSecond = await operationsPerSecond(
      RECORDS_PER_ROUND * CALLERS,
      CALLERS,
      async (index) => {
        // The callers move on together, so that there is always one record that all of them want.
        if (await take(keys[Math.floor(index / CALLERS)] ?? '')) taken += 1
      },
    )
    if (taken !== RECORDS_PER_ROUND) throw new Error(`${taken} of ${RECORDS_PER_ROUND} were taken`)
    return perSecond
  }
}
