import { once } from 'node:events'
import { join } from 'node:path'
import { expect } from 'vitest'
import { openStorage } from '../../src/storage/open.ts'
import { collect } from '../../src/testing/storage-contract/world.ts'
import { forkProcess } from './fork-process.ts'

/** One of the two may not get a turn on a busy machine before the other is done. */
const MAX_RACES = 5

/** Two processes take the same records; every record has one winner, and both win some. */
export async function expectOneWinnerEach(
  url: string,
  options: object,
  count = 2_000,
): Promise<void> {
  const keys = Array.from({ length: count }, (_, index) => `raced ${index}`)
  let haveBothWon = false
  for (let race = 0; race < MAX_RACES && !haveBothWon; race += 1) {
    const taken = await raceForRecords(url, options, keys)
    expect(taken.flat().toSorted()).toEqual(keys.toSorted())
    haveBothWon = taken.every((won) => won.length > 0)
  }
  expect(haveBothWon).toBe(true)
}

/** @returns What each process has taken. */
async function raceForRecords(
  url: string,
  options: object,
  keys: readonly string[],
): Promise<readonly (readonly string[])[]> {
  const storage = await openStorage(url, options)
  for (let start = 0; start < keys.length; start += 100) {
    const batch = keys.slice(start, start + 100)
    await storage.commit(batch.map((key) => ({ kind: 'set', key, value: Buffer.from(key) })))
  }
  const racers = [startRacer(url, options, keys), startRacer(url, options, keys)]
  await Promise.all(racers.map(({ ready }) => ready))
  const startAt = Date.now() + 200
  const taken = await Promise.all(racers.map((racer) => racer.race(startAt)))
  expect(await collect(storage.list('raced'))).toEqual([])
  await storage.close()
  return taken
}

function startRacer(url: string, options: object, keys: readonly string[]) {
  const racer = forkProcess(join(import.meta.dirname, 'racer.ts'))
  racer.send({ url, options, keys })
  return {
    ready: once(racer, 'message'),
    async race(startAt: number): Promise<readonly string[]> {
      // The same moment for both: what is sent one after the other does not arrive at once.
      racer.send(startAt)
      const [taken] = (await once(racer, 'message')) as [readonly string[]]
      return taken
    },
  }
}
