import { setTimeout as sleep } from 'node:timers/promises'
import { randomId } from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'
import { batchCases } from './storage-contract/batch-cases.ts'
import { expiryCases } from './storage-contract/expiry-cases.ts'
import { limitCases } from './storage-contract/limit-cases.ts'
import { listingCases } from './storage-contract/listing-cases.ts'
import { lockCases } from './storage-contract/lock-cases.ts'
import { raceCases } from './storage-contract/race-cases.ts'
import { recordCases } from './storage-contract/record-cases.ts'
import { textCases } from './storage-contract/text-cases.ts'
import type { ContractCase } from './storage-contract/world.ts'

export interface StorageContractOptions {
  /**
   * Whether two storages that `open` returns hold the same records; the cases then use two
   * connections, as two processes would. @defaultValue `false`
   */
  readonly isShared?: boolean | undefined
  /** Lets time pass for the store. @defaultValue waits, and 0.2 seconds more */
  readonly advance?: ((seconds: number) => Promise<void> | void) | undefined
  /** Seconds since the epoch, as the store sees them. @defaultValue those of this machine */
  readonly now?: (() => number) | undefined
}

/** One fact about a storage. */
export interface StorageContractCase {
  /** The fact, as the title of a test. */
  readonly name: string
  /** Rejects with an `AssertionError` where it does not hold. It takes up to some seconds. */
  readonly run: () => Promise<void>
}

const CASES: readonly ContractCase[] = [
  ...recordCases,
  ...expiryCases,
  ...raceCases,
  ...batchCases,
  ...listingCases,
  ...lockCases,
  ...textCases,
  ...limitCases,
]
/** What the clock of a server may be late. */
const SLACK_MILLISECONDS = 200

/**
 * Every sentence of the contract of {@link Storage} as a case that any test runner can run, one by
 * one or all at once. The cases open and close storages of their own, and use keys that begin with
 * a random text, so the store may hold other records; a few keys such as `*` stand alone.
 *
 * It does NOT find out whether acknowledged writes survive a crash, or what an outage looks like.
 *
 * @param open Opens the storage under test; called once or twice for every case.
 *
 * @example
 * ```ts
 * test.each(storageContract(() => openMyStorage()))('$name', ({ run }) => run())
 * ```
 */
export function storageContract(
  open: () => Promise<Storage>,
  options: StorageContractOptions = {},
): readonly StorageContractCase[] {
  return CASES.map(({ name, run }) => ({
    name,
    run: () => runInWorld(run, open, options),
  }))
}

async function runInWorld(
  run: ContractCase['run'],
  open: () => Promise<Storage>,
  { isShared = false, advance = wait, now }: StorageContractOptions,
): Promise<void> {
  const prefix = `${randomId()} `
  const storage = await open()
  const other = isShared ? await open() : storage
  try {
    await run({
      storage,
      other,
      own: (name) => prefix + name,
      pass: async (seconds) => {
        await advance(seconds)
      },
      now: now ?? (() => Date.now() / 1_000),
    })
  } finally {
    await storage.close()
    if (isShared) await other.close()
  }
}

async function wait(seconds: number): Promise<void> {
  await sleep(seconds * 1_000 + SLACK_MILLISECONDS)
}
