import type { Storage } from '../../src/storage/storage.ts'
import { collect } from '../../src/testing/storage-contract/world.ts'
import type { Entry } from './ledger.ts'
import { decodeValue } from './record-value.ts'
import { keyOf } from './worker/orders.ts'

/** How often a state is read again until it is the same twice: what was sent may still happen. */
const MAX_READS = 50

/**
 * What has become of an entry: as it was `acknowledged`; what was under way has `happened`, or not
 * (`open`); anything else is a fault, in a sentence.
 */
export type Outcome = 'acknowledged' | 'happened' | 'open' | (string & {})

export function isFault(outcome: Outcome): boolean {
  return !['acknowledged', 'happened', 'open'].includes(outcome)
}

/**
 * Compares a store with what a worker that was killed has said. Each entry must be in the state that
 * was acknowledged, or in the one that was under way. Codes are taken, by two callers at once.
 *
 * Afterwards the entries say what was seen: what has happened cannot be undone any more.
 *
 * @param name What the keys of the worker begin with.
 */
export async function checkEntries(
  storage: Storage,
  name: string,
  entries: readonly Entry[],
): Promise<readonly Outcome[]> {
  return Promise.all(
    entries.map(async (entry) => {
      try {
        const check = entry.subject.startsWith('code') ? checkCode : checkState
        return await check(storage, name, entry)
      } catch (error) {
        return `${describe(name, entry)}: ${(error as Error).message}`
      }
    }),
  )
}

/**
 * Keys that a store has and should not: what was deleted, rotated or taken and is there again.
 *
 * @param workers The entries of everybody who has written there, by name.
 */
export async function findRevived(
  storage: Storage,
  workers: readonly { readonly name: string; readonly entries: readonly Entry[] }[],
): Promise<readonly string[]> {
  const possible = new Set(
    workers.flatMap(({ name, entries }) => entries.flatMap((entry) => possibleKeys(name, entry))),
  )
  const listed = await collect(storage.list(''))
  return listed.filter((key) => !possible.has(key)).map((key) => `${key} is there again`)
}

async function checkState(storage: Storage, name: string, entry: Entry): Promise<Outcome> {
  const { state, pending } = entry
  const seen = await readState(storage, name, entry)
  if (seen === state) return pending === undefined ? 'acknowledged' : 'open'
  if (seen !== pending?.to) {
    return `${describe(name, entry)} was acknowledged as ${state}, and is ${seen}`
  }
  entry.state = seen
  entry.pending = undefined
  return 'happened'
}

/** @throws {Error} Where there are two tokens, or a value that is not whole. */
async function readState(storage: Storage, name: string, entry: Entry): Promise<number> {
  const read = async (): Promise<readonly number[]> => {
    const generations = await Promise.all(
      possibleKeys(name, entry).map(async (key) => {
        const found = await storage.get(key)
        return found === undefined ? 0 : decodeValue(key, found.value)
      }),
    )
    return generations.filter((generation) => generation !== 0)
  }
  let last = await read()
  for (let reads = 1; ; reads += 1) {
    const found = await read()
    if (found.join() === last.join()) break
    if (reads === MAX_READS) throw new Error('is never the same twice')
    last = found
  }
  if (last.length > 1) throw new Error(`is ${last.join(' and ')} at once`)
  return last[0] ?? 0
}

async function checkCode(storage: Storage, name: string, entry: Entry): Promise<Outcome> {
  const { slot, subject, state, pending } = entry
  const key = keyOf(name, slot, subject, 1)
  const taken = await Promise.all([storage.take(key), storage.take(key)])
  const winners = taken.filter((record) => record !== undefined)
  for (const { value } of winners) decodeValue(key, value)
  const isIssuedLate = pending?.to === 1 && winners.length === 0
  if (!isIssuedLate) entry.pending = undefined
  entry.state = 0
  if (winners.length === state) return pending === undefined ? 'acknowledged' : 'open'
  if (winners.length === pending?.to) return 'happened'
  return `${describe(name, entry)} was ${state === 0 ? 'taken' : 'there'}, and ${winners.length} got it`
}

function possibleKeys(name: string, { slot, subject, state, pending }: Entry): readonly string[] {
  const generations = [state, pending?.to ?? 0].filter((generation) => generation !== 0)
  return [...new Set(generations.map((generation) => keyOf(name, slot, subject, generation)))]
}

function describe(name: string, { slot, subject }: Entry): string {
  return `${name}/${slot}/${subject}`
}
