import { operationsPerSecond } from '../in-flight.ts'
import type { Measurement } from '../measurement.ts'
import { compare } from '../rounds.ts'
import { randomValue, STORES, type StorePair, TTL_SECONDS, VALUE_BYTES } from '../stores/index.ts'

const RECORDS = 1_000
const ROUNDS = { rounds: 100, warmup: 5, seconds: 15 }
/** What else runs on the machine then hits both sides of a round. */
const SECONDS_PER_ROUND = 0.04
const IN_FLIGHT = 16

/** Sealed records of a store ÷ the same values by its driver alone. */
export async function measure(): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = []
  for (const open of STORES) {
    const pair = await open()
    measurements.push(...(await measureStore(pair)))
    await pair.close()
  }
  return measurements
}

async function measureStore({ name, storage, bare }: StorePair): Promise<readonly Measurement[]> {
  const values = Array.from({ length: RECORDS }, randomValue)
  const keyOf = (index: number): string => `token:tenant-a:${index % RECORDS}`
  const valueOf = (index: number): Uint8Array => values[index % RECORDS] ?? new Uint8Array()
  const writes = {
    subject: (index: number) =>
      storage.set(keyOf(index), valueOf(index), { ttlSeconds: TTL_SECONDS }),
    reference: (index: number) => bare.set(keyOf(index), valueOf(index)),
  }
  await operationsPerSecond(RECORDS, IN_FLIGHT, writes.subject)
  await operationsPerSecond(RECORDS, IN_FLIGHT, writes.reference)
  const reads = {
    subject: async (index: number) => expectBytes((await storage.get(keyOf(index)))?.value),
    reference: async (index: number) => expectBytes(await bare.get(keyOf(index))),
  }
  const kinds = [
    ['written', writes, IN_FLIGHT],
    ['written one after the other', writes, 1],
    ['read', reads, IN_FLIGHT],
  ] as const
  const measurements: Measurement[] = []
  for (const [what, { subject, reference }, inFlight] of kinds) {
    const perSecond = await operationsPerSecond(2 * IN_FLIGHT, inFlight, reference)
    const count = Math.max(IN_FLIGHT, Math.round(perSecond * SECONDS_PER_ROUND))
    const side = (operation: typeof subject | typeof reference) => () =>
      operationsPerSecond(count, inFlight, operation)
    const comparison = await compare({
      ...ROUNDS,
      subject: side(subject),
      reference: side(reference),
    })
    measurements.push({
      what: `${name}: sealed records ${what} ÷ by the driver alone`,
      budget: { atLeast: 0.8 },
      ...comparison,
    })
  }
  return measurements
}

function expectBytes(value: Uint8Array | undefined): void {
  if (value?.byteLength !== VALUE_BYTES) throw new Error('a record is missing')
}
